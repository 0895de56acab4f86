import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Outcome {
  code: number | NodeJS.Signals;
  stdout: string;
  stderr: string;
}

export interface RunningCli extends AsyncDisposable {
  readonly child: ChildProcess;
  /** Resolves as soon as standard error matches the pattern. */
  says(pattern: RegExp): Promise<void>;
  readonly ended: Promise<Outcome>;
}

export interface LaunchOptions {
  /** The server that the command talks to. */
  url?: string;
  stdin?: Uint8Array;
  env?: Record<string, string>;
}

/** Compiled, as users run it. */
const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Runs `pagehive` with these arguments, as a user would. Disposal kills it, so that a failing test leaves nothing. */
export function launch(args: string[], { url, stdin, env: given = {} }: LaunchOptions = {}): RunningCli {
  const env = { ...process.env, PAGEHIVE_URL: url, ...given };
  const child = spawn(process.execPath, [cli, ...args], { env, stdio: 'pipe' });
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => (output[name] += text));
  }
  child.stdin.on('error', () => undefined);
  child.stdin.end(stdin);
  const ended = once(child, 'close').then(([code, signal]) => ({ code: code ?? signal, ...output }));
  return {
    child,
    async says(pattern) {
      while (!pattern.test(output.stderr)) {
        if (child.exitCode !== null) throw new Error(`it ended without saying ${pattern}: ${output.stderr}`);
        await Promise.race([once(child.stderr, 'data'), ended]);
      }
    },
    ended,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await ended;
    },
  };
}

/** Runs `pagehive` until it exits. */
export async function run(args: string[], options: LaunchOptions = {}): Promise<Outcome> {
  await using running = launch(args, options);
  return await running.ended;
}

export function fixture(name: string): string {
  return fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
}

export function jsonLines(text: string) {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}
