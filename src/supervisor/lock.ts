import { randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { identify, isAlive, parseIdentity } from './process-identity.ts';

/** Another live process holds the lock. */
export class LockHeldError extends Error {
  readonly pid: number;

  constructor(path: string, pid: number) {
    super(`${path} is held by process ${pid}`);
    this.name = 'LockHeldError';
    this.pid = pid;
  }
}

/**
 * Takes a lock file while this process lives; throws `LockHeldError` if another process has it. Takes over the lock of
 * a dead process; if several try, only one succeeds.
 */
export function acquireLock(path: string): Disposable {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  const mine = JSON.stringify(identify(process.pid));
  // Written aside and linked into place, so that no process reads a lock without its holder.
  writeFileSync(draft, mine);
  try {
    take(path, draft);
  } finally {
    rmSync(draft, { force: true });
  }
  return {
    [Symbol.dispose]() {
      if (read(path) === mine) rmSync(path, { force: true });
    },
  };
}

function take(path: string, draft: string): void {
  while (!linked(draft, path)) {
    const found = read(path);
    if (found === null) continue;
    const holder = parseIdentity(found);
    if (holder !== null && isAlive(holder)) throw new LockHeldError(path, holder.pid);
    // Only the holder of the succession lock may replace a dead holder, and only the one it has seen dead.
    using _succession = acquireLock(`${path}.next`);
    if (read(path) !== found) continue;
    const replacement = `${draft}.replacement`;
    linkSync(draft, replacement);
    renameSync(replacement, path);
    return;
  }
}

function linked(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
