import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { stopLeftover } from '../supervisor/leftovers.ts';
import { type SupervisedProcess, startProcess } from '../supervisor/supervised-process.ts';
import { provideRedis } from './embedded-redis-program.ts';
import {
  type EmbeddedServer,
  EmbeddedServerError,
  type EmbeddedServerOptions,
  type EmbeddedSettings,
  findSettings,
  freePort,
  lastWords,
  readSettings,
  writeSettings,
} from './embedded-server.ts';

const endings = { stopSignal: 'SIGTERM', killSignal: 'SIGKILL', stopMs: 5_000 } as const;

/** How long to wait for a required port that is in use. */
const maxWaitMs = 20_000;

/** Everything in Redis can be rebuilt from PostgreSQL, so nothing is saved to disk. Nothing may be evicted either. */
function configuration(port: number, password: string): string {
  return [
    'bind 127.0.0.1',
    `port ${port}`,
    `requirepass ${password}`,
    'daemonize no',
    'save ""',
    'appendonly no',
    'maxmemory-policy noeviction',
    'tcp-keepalive 60',
    '',
  ].join('\n');
}

/** Returns the URL of the Redis that `start` runs for a folder; null if it never ran one. */
export function embeddedRedisUrl(dataDir: string): string | null {
  const known = findSettings(dataDir, 'redis');
  return known === null ? null : urlOf(known);
}

function urlOf({ password, port }: EmbeddedSettings): string {
  return `redis://:${password}@127.0.0.1:${port}`;
}

/**
 * Runs `redis-server` or `valkey-server` on a private port and resolves once it responds. Replaces one that a killed
 * process left behind. It ends with this process, even by SIGKILL.
 */
export async function startRedis(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const { dataDir, log, signal } = options;
  const known = await readSettings(dataDir, 'redis');
  const program = await provideRedis(log);
  const directory = join(dataDir, 'redis');
  const runDirectory = join(dataDir, 'run');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  await stopLeftover(runDirectory, 'redis', { signal: endings.stopSignal, graceMs: endings.stopMs });
  let port = options.port ?? known.port;
  const deadline = performance.now() + maxWaitMs;
  for (;;) {
    signal?.throwIfAborted();
    // In a file, because every user of the machine can see the arguments.
    writeFileSync(join(directory, 'redis.conf'), configuration(port, known.password), { mode: 0o600 });
    const server = await startProcess({
      name: 'redis',
      ...program,
      inherits: 'harmless',
      args: ['./redis.conf'],
      cwd: directory,
      logFile: join(dataDir, 'logs', 'redis.log'),
      runDirectory,
      ...endings,
      parentDeath: 'guard',
    });
    const url = urlOf({ ...known, port });
    if (await answers(server, url, signal)) {
      if (port !== known.port) writeSettings(dataDir, 'redis', { ...known, port });
      return { ...server, url, port, [Symbol.asyncDispose]: () => server.stop() };
    }
    const output = server.output();
    if (!/already in use/i.test(output) || performance.now() > deadline) {
      throw new EmbeddedServerError(
        `Redis did not start: ${lastWords(output, /error|fatal|# (Could|Can|Failed)|>>>/i)}`,
      );
    }
    if (options.port === undefined) port = await freePort();
    else await sleep(200, undefined, { signal });
  }
}

/** Whether the server responds; false if it has ended. */
async function answers(server: SupervisedProcess, url: string, signal: AbortSignal | undefined): Promise<boolean> {
  let ended = false;
  void server.exited.then(() => {
    ended = true;
  });
  while (!ended) {
    if (await ping(url)) return !ended;
    if (signal?.aborted === true) await server.stop();
    signal?.throwIfAborted();
    await sleep(20);
  }
  return false;
}

async function ping(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 1_000 } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}
