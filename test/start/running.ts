import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';
import { isAlive, type ProcessIdentity, parseIdentity } from '../../src/supervisor/process-identity.ts';

export interface Directory extends Disposable {
  readonly path: string;
}

/** Creates a temporary directory; disposal removes it. */
export function temporaryDirectory(): Directory {
  const path = mkdtempSync(join(tmpdir(), 'pagehive-test-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export interface StandIn extends AsyncDisposable {
  readonly child: ChildProcess;
  readonly exited: Promise<number | NodeJS.Signals>;
  output(): string;
}

/** Runs a stand-in script; disposal ends it, so that a failing test leaves nothing behind. */
export function runStandIn(name: string, args: string[], env: Record<string, string> = {}): StandIn {
  const script = fileURLToPath(new URL(`stand-ins/${name}.ts`, import.meta.url));
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const exited = once(child, 'close').then(([code, signal]) => code ?? signal);
  return {
    child,
    exited,
    output: () => output,
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      await exited;
    },
  };
}

/** Returns the environment of a running process of this machine. */
export function environmentOf(pid: number): Record<string, string> {
  const pairs = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').filter(Boolean);
  return Object.fromEntries(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
}

/** Returns the processes that are recorded as running, by name. */
export function recordedProcesses(runDirectory: string): Map<string, ProcessIdentity> {
  const found = new Map<string, ProcessIdentity>();
  for (const file of existsSync(runDirectory) ? readdirSync(runDirectory) : []) {
    if (!file.endsWith('.pid')) continue;
    const identity = parseIdentity(readFileSync(join(runDirectory, file), 'utf8'));
    if (identity !== null) found.set(file.replace('.pid', ''), identity);
  }
  return found;
}

export function recordedProcess(runDirectory: string, name: string): ProcessIdentity {
  const identity = recordedProcesses(runDirectory).get(name);
  if (identity === undefined) throw new Error(`${name} is not recorded in ${runDirectory}`);
  return identity;
}

export async function allEnd(identities: Iterable<ProcessIdentity>): Promise<void> {
  const list = [...identities];
  await expect.poll(() => list.filter(isAlive)).toEqual([]);
}

export function journalLines(path: string): string[] {
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
}
