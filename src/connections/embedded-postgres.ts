import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { harmlessEnvironment } from '../supervisor/harmless-environment.ts';
import { endProcess, stopLeftover } from '../supervisor/leftovers.ts';
import { commandLineOf, identify } from '../supervisor/process-identity.ts';
import { type SupervisedProcess, startProcess } from '../supervisor/supervised-process.ts';
import { findPostgres, type PostgresBinaries } from './embedded-postgres-binaries.ts';
import { choosePostgresUser, type PostgresUser } from './embedded-postgres-user.ts';
import {
  type EmbeddedServer,
  EmbeddedServerError,
  type EmbeddedServerOptions,
  type EmbeddedSettings,
  freePort,
  lastWords,
  readKnownSettings,
  readSettings,
  writeSettings,
} from './embedded-server.ts';

const run = promisify(execFile);

/**
 * For one machine with few cores that also runs other work. Unlisted settings, such as fsync, keep PostgreSQL's
 * defaults.
 */
const settings = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  max_connections: '100',
  shared_buffers: '256MB',
  max_wal_size: '2GB',
  random_page_cost: '1.1',
  jit: 'off',
  log_checkpoints: 'off',
  log_line_prefix: '%m [%p] ',
  log_timezone: 'UTC',
  timezone: 'UTC',
};

/** SIGINT ends sessions and writes a checkpoint. After SIGQUIT, the next start recovers the data. */
const endings = { stopSignal: 'SIGINT', killSignal: 'SIGQUIT', stopMs: 30_000 } as const;

/**
 * Maximum wait for the processes and locks of a dead postmaster, in milliseconds. They usually disappear within
 * moments.
 */
const maxWaitMs = 20_000;

/**
 * Runs PostgreSQL with its data in `<dataDir>/postgres`, which the first start creates. Resolves once it accepts
 * connections. Recovers from any way in which the previous server ended. The server ends with this process, even after
 * SIGKILL.
 */
export async function startPostgres(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { dataDir, log, signal } = options;
  const directory = join(dataDir, 'postgres');
  const binaries = findPostgres();
  const known = await readSettings(dataDir, 'postgres');
  const user = choosePostgresUser(directory);
  if (existsSync(directory)) user.own(directory);
  else await initialise({ dataDir, directory, password: known.password, binaries, user, log });
  let port = options.port ?? known.port;
  const deadline = performance.now() + maxWaitMs;
  for (let attempt = 0; ; attempt++) {
    signal?.throwIfAborted();
    await endOthers(dataDir, directory, attempt);
    const server = await startProcess({
      name: 'postgres',
      ...user.command(binaries.postgres, ['-D', directory, ...flags({ ...settings, port: String(port) })]),
      inherits: 'harmless',
      env: { LC_ALL: 'C' },
      logFile: join(dataDir, 'logs', 'postgres.log'),
      runDirectory: join(dataDir, 'run'),
      ...endings,
      parentDeath: 'guard',
    });
    if (await isReady(server, directory, options)) {
      if (port !== known.port) writeSettings(dataDir, 'postgres', { ...known, port });
      const url = urlOf({ ...known, port });
      return { ...server, url, port, [Symbol.asyncDispose]: () => server.stop() };
    }
    const output = server.output();
    const portTaken = /could not bind|could not create any TCP\/IP sockets/.test(output);
    const passing = portTaken || /pre-existing shared memory block|lock file .* already exists/.test(output);
    if (!passing || performance.now() > deadline) {
      throw new EmbeddedServerError(`PostgreSQL did not start: ${lastWords(output, /FATAL|DETAIL|HINT|PANIC|error/)}`);
    }
    if (portTaken && options.port === undefined) port = await freePort();
    else await sleep(200, undefined, { signal });
  }
}

/** Returns the URL of the server that `startPostgres` runs, or last ran, on this data. */
export function embeddedPostgresUrl(dataDir: string): string {
  return urlOf(readKnownSettings(dataDir, 'postgres'));
}

function urlOf({ password, port }: EmbeddedSettings): string {
  return `postgresql://pagehive:${password}@127.0.0.1:${port}/pagehive`;
}

/**
 * The URL of the API's role on an embedded server. Its password is derived from that of the server's owner, so that it
 * need not be stored.
 */
export function embeddedApiUrl(ownerUrl: string): string {
  const url = new URL(ownerUrl);
  url.password = createHmac('sha256', url.password).update('pagehive_api').digest('base64url');
  url.username = 'pagehive_api';
  return url.href;
}

interface Initialisation {
  dataDir: string;
  directory: string;
  password: string;
  binaries: PostgresBinaries;
  user: PostgresUser;
  log(line: string): void;
}

/**
 * Creates the cluster under another name and renames it when complete, so that a killed first start leaves no broken
 * database.
 */
async function initialise({ dataDir, directory, password, binaries, user, log }: Initialisation): Promise<void> {
  log('creating the PostgreSQL database cluster');
  const draft = `${directory}.new`;
  const passwordFile = join(dataDir, 'postgres.initial-password');
  rmSync(draft, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  writeFileSync(passwordFile, `${password}\n`, { mode: 0o600 });
  try {
    user.own(passwordFile);
    mkdirSync(draft, { mode: 0o700 });
    user.own(draft);
    const { command, args, ...identity } = user.command(binaries.initdb, [
      ...['-D', draft, '--username=pagehive', '--auth=scram-sha-256', `--pwfile=${passwordFile}`],
      // Sorts by bytes, which needs no system library, but knows upper and lower case in all of Unicode.
      ...['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'],
    ]);
    await run(command, args, { ...identity, env: { ...harmlessEnvironment(), LC_ALL: 'C' } });
  } catch (error) {
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr) : String(error);
    throw new EmbeddedServerError(
      `PostgreSQL could not be set up: ${lastWords(output, /initdb: error|FATAL|DETAIL/)}`,
      {
        cause: error,
      },
    );
  } finally {
    rmSync(passwordFile, { force: true });
  }
  renameSync(draft, directory);
}

/** Ends a server that a killed process left behind, whether our file or only PostgreSQL's records it. */
async function endOthers(dataDir: string, directory: string, attempt: number): Promise<void> {
  const leftover = { signal: endings.stopSignal, graceMs: endings.stopMs };
  await stopLeftover(join(dataDir, 'run'), 'postgres', leftover);
  const [pid] = readPidFile(directory);
  if (pid === undefined || pid === '') return;
  const other = identify(Number(pid));
  if (other !== null && commandLineOf(other.pid).includes(directory)) return await endProcess(other, leftover);
  // PostgreSQL refuses to start while any process has the recorded pid. Here that process is unrelated, as between two
  // runs of a container, or a zombie. If no live process has it, early attempts keep the file, because PostgreSQL uses
  // it to detect sessions that are still ending.
  if (other !== null || attempt > 5) rmSync(join(directory, 'postmaster.pid'), { force: true });
}

/** Returns false if the server has ended. PostgreSQL itself records when it accepts connections. */
async function isReady(
  server: SupervisedProcess,
  directory: string,
  { log, signal }: EmbeddedServerOptions,
): Promise<boolean> {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  const slow = setTimeout(
    () => log('PostgreSQL is still starting, probably recovering from an unclean shutdown'),
    5_000,
  );
  try {
    while (!ended) {
      const lines = readPidFile(directory);
      if (lines[0] === String(server.pid) && lines[7] === 'ready') return true;
      if (signal?.aborted === true) await server.stop();
      signal?.throwIfAborted();
      await sleep(20);
    }
    return false;
  } finally {
    clearTimeout(slow);
  }
}

function readPidFile(directory: string): string[] {
  try {
    const text = readFileSync(join(directory, 'postmaster.pid'), 'utf8');
    return text.split('\n').map((line) => line.trim());
  } catch {
    return [];
  }
}

function flags(values: Readonly<Record<string, string>>): string[] {
  return Object.entries(values).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}
