import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { vi } from 'vitest';
import { choosePostgresUser } from '../../src/connections/embedded-postgres-user.ts';
import { freePort } from '../../src/connections/embedded-server.ts';

/** The folder of PostgreSQL's programs as Debian installs them, with `pg_dump`, which the embedded one lacks. */
export const programs = findPrograms();
if (programs === null) console.warn('The tests of backups were SKIPPED: install postgresql to run them.');

function findPrograms(): string | null {
  const root = '/usr/lib/postgresql';
  const versions = existsSync(root) ? readdirSync(root).sort((a, b) => Number(b) - Number(a)) : [];
  const folders = versions.map((version) => join(root, version, 'bin'));
  return folders.find((folder) => existsSync(join(folder, 'pg_dump')) && existsSync(join(folder, 'postgres'))) ?? null;
}

export interface InstalledPostgres extends AsyncDisposable {
  /** Creates an empty database and returns its URL. */
  createDatabase(name: string): Promise<string>;
}

/** Runs an empty PostgreSQL of the machine's own installation. */
export async function startInstalledPostgres(): Promise<InstalledPostgres> {
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-postgres-'));
  const data = join(folder, 'data');
  const password = randomBytes(12).toString('hex');
  const passwordFile = join(folder, 'password');
  writeFileSync(passwordFile, password);
  mkdirSync(data, { mode: 0o700 });
  const user = choosePostgresUser(join(folder, 'new'));
  user.own(data);
  user.own(passwordFile);
  const bin = programs ?? '';
  const initdb = user.command(join(bin, 'initdb'), [
    ...['--pgdata', data, '--username=postgres', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'],
    ...['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
  ]);
  const created = spawnSync(initdb.command, initdb.args, { ...initdb, encoding: 'utf8' });
  if (created.status !== 0) throw new Error(`initdb failed: ${created.stderr}`);
  const port = String(await freePort());
  const settings = ['-c', 'listen_addresses=127.0.0.1', '-c', 'unix_socket_directories=', '-c', 'fsync=off'];
  const postgres = user.command(join(bin, 'postgres'), ['-D', data, '-p', port, ...settings]);
  const server = spawn(postgres.command, postgres.args, { ...postgres, stdio: 'ignore' });
  const ended = once(server, 'exit');
  const urlOf = (name: string) => `postgresql://postgres:${password}@127.0.0.1:${port}/${name}`;
  async function query(text: string): Promise<void> {
    const client = new pg.Client({ connectionString: urlOf('postgres') });
    await client.connect();
    await client.query(text).finally(() => client.end());
  }
  await vi.waitFor(() => query('SELECT 1'), { timeout: 60_000 });
  return {
    async createDatabase(name) {
      await query(`CREATE DATABASE ${name}`);
      return urlOf(name);
    },
    async [Symbol.asyncDispose]() {
      server.kill('SIGINT');
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
