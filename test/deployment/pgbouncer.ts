import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { vi } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { findProgram } from './programs.ts';

const program = findProgram('pgbouncer');

/** Whether tests with PgBouncer can run here. */
export const hasPgBouncer = program !== null;
if (!hasPgBouncer) console.warn('The PgBouncer tests were SKIPPED: install pgbouncer to run them.');

export interface PgBouncer extends AsyncDisposable {
  /** The URL of a database behind PgBouncer, which connects to the server as one role. */
  readonly url: string;
}

/** Runs a real PgBouncer in front of the database at a URL, with these additional settings. */
export async function startPgBouncer(target: string, settings: Record<string, string | number>): Promise<PgBouncer> {
  const { hostname, port, username, password, pathname } = new URL(target);
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-pgbouncer-'));
  const listen = await freePort();
  const lines = {
    listen_addr: '127.0.0.1',
    listen_port: listen,
    unix_socket_dir: '',
    auth_type: 'any',
    // PgBouncer refuses to run as root, but can switch to another user.
    ...(process.getuid?.() === 0 ? { user: 'nobody' } : {}),
    ...settings,
  };
  const configuration = join(folder, 'pgbouncer.ini');
  writeFileSync(
    configuration,
    `[databases]
* = host=${hostname} port=${port} user=${decodeURIComponent(username)} password=${decodeURIComponent(password)}
[pgbouncer]
${Object.entries(lines)
  .map(([name, value]) => `${name} = ${value}`)
  .join('\n')}
`,
  );
  chmodSync(folder, 0o755);
  const bouncer = spawn(program ?? '', [configuration], { stdio: ['ignore', 'ignore', 'ignore'] });
  const ended = once(bouncer, 'exit');
  const url = `postgresql://anybody:anything@127.0.0.1:${listen}${pathname}`;
  await vi.waitFor(() => answers(bouncer.exitCode, url), { timeout: 60_000 });
  return {
    url,
    async [Symbol.asyncDispose]() {
      bouncer.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function answers(exitCode: number | null, url: string): Promise<void> {
  if (exitCode !== null) throw new Error(`PgBouncer ended with ${exitCode}`);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.end();
}
