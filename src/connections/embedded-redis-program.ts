import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EmbeddedServerError } from './embedded-server.ts';

/** A program that can run as a Redis server. */
export interface RedisProgram {
  readonly command: string;
  /** It acts as a server only under this name. */
  readonly argv0: string;
}

// The check tool is the same binary under another name. Debian packages it without a system service.
const programs: readonly RedisProgram[] = [
  { command: 'redis-server', argv0: 'redis-server' },
  { command: 'valkey-server', argv0: 'valkey-server' },
  { command: 'redis-check-rdb', argv0: 'redis-server' },
  { command: 'valkey-check-rdb', argv0: 'valkey-server' },
];

/** Finds Redis or Valkey on PATH; null if neither is installed. */
export function findRedis(): RedisProgram | null {
  return programs.find(isServer) ?? null;
}

function isServer({ command, argv0 }: RedisProgram): boolean {
  const { status, stdout } = spawnSync(command, ['--version'], { argv0, encoding: 'utf8' });
  return status === 0 && /^(Redis|Valkey|.*server v=)/i.test(stdout);
}

const advice =
  'Redis is not installed. Install it (Debian, Ubuntu: sudo apt-get install redis-server · Fedora: sudo dnf install valkey · ' +
  'macOS: brew install redis) or set REDIS_URL to your own Redis, then start again';

/**
 * Finds or installs Redis: root without a terminal, as in a container, installs it with apt; users at a terminal are
 * asked first; others get an error that states what to install.
 */
export async function provideRedis(log: (line: string) => void): Promise<RedisProgram> {
  const found = findRedis();
  if (found !== null) return found;
  const steps = installation();
  if (steps === null) throw new EmbeddedServerError(advice);
  const interactive = process.stdin.isTTY && process.stderr.isTTY;
  if (interactive ? !(await agreed(steps)) : process.getuid?.() !== 0) throw new EmbeddedServerError(advice);
  log(`installing Redis: ${lineOf(steps)}`);
  await install(steps);
  const installed = findRedis();
  if (installed === null) throw new EmbeddedServerError(advice);
  return installed;
}

interface Step {
  command: string;
  args: readonly string[];
}

interface Installation {
  install: Step;
  /** Fetches the package lists, which may be missing or old. */
  refresh: Step | null;
}

function installation(): Installation | null {
  if (exists('apt-get')) {
    const root = process.getuid?.() === 0;
    if (!root && !exists('sudo')) return null;
    const apt = (...args: string[]): Step => {
      const words = ['env', 'DEBIAN_FRONTEND=noninteractive', 'apt-get', '-o', 'DPkg::Lock::Timeout=300', ...args];
      const [command = 'env', ...rest] = root ? words : ['sudo', ...words];
      return { command, args: rest };
    };
    return { install: apt('install', '-y', '--no-install-recommends', 'redis-tools'), refresh: apt('update') };
  }
  if (process.platform === 'darwin' && exists('brew')) {
    return { install: { command: 'brew', args: ['install', 'redis'] }, refresh: null };
  }
  return null;
}

function lineOf({ install: { command, args } }: Installation): string {
  return [command, ...args].join(' ');
}

async function agreed(steps: Installation): Promise<boolean> {
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await terminal.question(`Pagehive needs Redis. Install it now with\n  ${lineOf(steps)}\n? [Y/n] `);
    return /^(y|yes|)$/i.test(answer.trim());
  } finally {
    terminal.close();
  }
}

async function install({ install, refresh }: Installation): Promise<void> {
  for (let attempt = 0; attempt < 5; attempt++) {
    if (await succeeds(install)) return;
    // Another apt may hold the lock of the lists, for which apt has no option to wait.
    if (refresh !== null && !(await succeeds(refresh))) await sleep(3_000);
  }
  throw new EmbeddedServerError(advice);
}

async function succeeds({ command, args }: Step): Promise<boolean> {
  // To standard error, because standard output is for programs.
  const child = spawn(command, args, { stdio: ['inherit', 2, 2] });
  try {
    const [code] = await once(child, 'exit');
    return code === 0;
  } catch {
    return false;
  }
}

function exists(command: string): boolean {
  return spawnSync('sh', ['-c', 'command -v "$1"', 'sh', command], { stdio: 'ignore' }).status === 0;
}
