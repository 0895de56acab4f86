import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { temporaryDirectory } from './running.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

/** Runs a compiled `pagehive` command until it exits. */
export async function runCommand(
  command: string,
  env: Record<string, string>,
): Promise<{ code: number | null; stderr: string }> {
  using directory = temporaryDirectory();
  const child = spawn(process.execPath, [cli, command], {
    env: { ...process.env, PORT: '0', DATA_DIR: directory.path, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const [code] = await once(child, 'close', { signal: AbortSignal.timeout(60_000) });
  return { code, stderr };
}
