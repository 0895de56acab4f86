import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { findProgram } from './programs.ts';

const program = findProgram('nginx');

/** Whether tests with nginx can run here. */
export const hasNginx = program !== null;
if (!hasNginx) console.warn('The nginx tests were SKIPPED: install nginx to run them.');

/** Runs a real nginx with this site until it is disposed. Resolves once it answers at the origin. */
export async function startNginx(
  site: string,
  origin: string,
  answers: (origin: string) => Promise<unknown> = (url) => fetch(`${url}/health/live`),
): Promise<AsyncDisposable> {
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-nginx-'));
  writeFileSync(join(folder, 'pagehive.conf'), site);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((name) => `${name}_temp_path ${name};`);
  writeFileSync(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid nginx.pid; error_log stderr crit;
     events { worker_connections 512; }
     http { access_log off; ${temporary.join(' ')} include pagehive.conf; }`,
  );
  const nginx = spawn(program ?? '', ['-p', folder, '-c', 'nginx.conf', '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(nginx, 'exit');
  await vi.waitFor(
    async () => {
      if (nginx.exitCode !== null) throw new Error(`nginx ended with ${nginx.exitCode}`);
      await answers(origin);
    },
    { timeout: 60_000 },
  );
  return {
    async [Symbol.asyncDispose]() {
      nginx.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
