import { accessSync, constants, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import { ConfigError } from '../config/environment.ts';
import { openDatabase } from '../connections/database.ts';
import { embeddedApiUrl, startPostgres } from '../connections/embedded-postgres.ts';
import { startRedis } from '../connections/embedded-redis.ts';
import { EmbeddedServerError } from '../connections/embedded-server.ts';
import { checkPostgres, checkRedis, UnreachableError } from '../connections/given-servers.ts';
import { checkSecret } from '../connections/installation-secret.ts';
import { MigrationError, messageOf } from '../connections/migration-connection.ts';
import { migrate } from '../connections/migrations.ts';
import { createLogger } from '../ops/logger.ts';
import { stopLeftover } from '../supervisor/leftovers.ts';
import { acquireLock, LockHeldError } from '../supervisor/lock.ts';
import { onStopSignals } from '../supervisor/stop-signals.ts';
import { createSupervisor, type Supervisor } from '../supervisor/supervisor.ts';
import { recordChange } from './record-command.ts';
import { claimPort, requireKeysForOthers, requireSandboxForOthers, StartError } from './start-checks.ts';
import { commandService, embeddedService } from './start-services.ts';

/** The effective configuration once everything runs, with the URLs of the embedded servers and the chosen port. */
export type RunningConfig = Config & { databaseUrl: string; redisUrl: string };

export interface StartOptions {
  /**
   * Prepares an example while the processes start, and returns the instructions for it. Start-up completes only after
   * it settles. A failure is reported and stops nothing.
   */
  prepareExample?(config: RunningConfig): Promise<string>;
  /** The script of the `pagehive` command. */
  entry?: string;
}

const commands = ['serve', 'work', 'maintain'];
const stopOrder = [...commands, 'redis', 'postgres'];

/**
 * Runs all of Pagehive on this machine until SIGINT, SIGTERM or SIGHUP, then stops everything in order and resolves. A
 * second signal kills the remaining processes. Throws `StartError` with a one-line message if it cannot start.
 */
export async function start(
  config: Config,
  { prepareExample, entry = process.argv[1] ?? '' }: StartOptions = {},
): Promise<void> {
  process.title = 'pagehive start';
  using _lock = lockDataDir(config.dataDir);
  const supervisor = createSupervisor({ stopOrder, log: say });
  let stopping = false;
  using signals = onStopSignals(() => {
    say('stopping at once');
    supervisor.killAll();
  });
  const stopped = signals.first.then(async (signal) => {
    stopping = true;
    say(`stopping (${signal})`);
    await supervisor.stop();
    say('stopped');
  });
  try {
    const running = await bringUp(config, supervisor);
    const example = prepareExample?.(running).catch((error: unknown) => {
      if (!stopping) say(`the example could not be prepared: ${messageOf(error)}`);
      return '';
    });
    await startCommands(running, entry, supervisor);
    const explanation = (await example) ?? '';
    say('ready');
    process.stdout.write(`\nGraphiQL: ${running.publicUrl}/graphql\n\n${explanation}`);
  } catch (error) {
    if (!stopping) {
      await supervisor.stop();
      throw explain(error, config);
    }
  }
  await stopped;
}

/** Starts the dependencies of the commands: claims a port, and provides servers with a migrated database. */
async function bringUp(config: Config, supervisor: Supervisor): Promise<RunningConfig> {
  const { dataDir, host } = config;
  await stopLeftovers(join(dataDir, 'run'));
  const port = await claimPort(host, config.port);
  const demand = { processes: commands.length, connections: config.databaseConnections };
  const [databaseUrl, redisUrl] = await Promise.all([
    provide(
      'PostgreSQL',
      config.databaseUrl,
      (url) => checkPostgres(url, demand),
      async () => {
        return (await supervisor.start(embeddedService('postgres', startPostgres, { dataDir, log: say }))).url;
      },
    ),
    provide(
      'Redis',
      config.redisUrl,
      (url) => checkRedis(url, config.redisPrefix),
      async () => {
        return (await supervisor.start(embeddedService('redis', startRedis, { dataDir, log: say }))).url;
      },
    ),
  ]);
  const apiUrl = config.databaseUrl === null ? embeddedApiUrl(databaseUrl) : config.databaseApiUrl;
  await migrate(databaseUrl, { log: say, apiUrl, record: recordChange });
  // Checked again, because the database may not have existed before.
  await checkPostgres(databaseUrl, demand);
  await using database = openDatabase({
    url: databaseUrl,
    size: 1,
    name: 'pagehive start',
    logger: createLogger({ logLevel: 'silent' }, 'start'),
  });
  await requireKeysForOthers(config, database);
  // Otherwise all three processes would fail, and the reason would be the last line of each log.
  await checkSecret(database, config);
  await requireSandboxForOthers(config);
  const publicUrl = config.port === 0 && config.publicUrl.endsWith(':0') ? addressOf(host, port) : config.publicUrl;
  return { ...config, databaseUrl, databaseApiUrl: apiUrl, redisUrl, port, publicUrl };
}

async function startCommands(config: RunningConfig, entry: string, supervisor: Supervisor): Promise<void> {
  const { dataDir, host, port } = config;
  const env = {
    DATABASE_URL: config.databaseUrl,
    DATABASE_API_URL: config.databaseApiUrl ?? '',
    REDIS_URL: config.redisUrl,
    DATA_DIR: dataDir,
    HOST: host,
    PORT: String(port),
    PUBLIC_URL: config.publicUrl,
  };
  say('starting API, worker and maintenance');
  await Promise.all(
    commands.map((name) => {
      const metricsPort = config.metrics === null ? '' : String(config.metrics.port + commands.indexOf(name));
      const readyUrl = name === 'serve' ? `${addressOf(reachable(host), port)}/health/ready` : undefined;
      return supervisor.start(
        commandService(name, { entry, dataDir, env: { ...env, METRICS_PORT: metricsPort }, readyUrl }),
      );
    }),
  );
}

/** Returns an address at which this machine reaches a server that listens on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function addressOf(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Checks a configured server, or starts the embedded one. */
async function provide(
  name: string,
  given: string | null,
  check: (url: string) => Promise<void>,
  launch: () => Promise<string>,
): Promise<string> {
  if (given === null) {
    say(`starting ${name}`);
    return await launch();
  }
  await check(given);
  return given;
}

/** Ends the processes that a killed `start` left behind, in their normal order. */
async function stopLeftovers(runDirectory: string): Promise<void> {
  // A leftover worker gets little time, because its jobs are rescued. PostgreSQL gets enough for its checkpoint.
  const ended = await Promise.all(
    commands.map((name) => stopLeftover(runDirectory, name, { signal: 'SIGTERM', graceMs: 5_000 })),
  );
  ended.push(await stopLeftover(runDirectory, 'redis', { signal: 'SIGTERM', graceMs: 5_000 }));
  ended.push(await stopLeftover(runDirectory, 'postgres', { signal: 'SIGINT', graceMs: 30_000 }));
  if (ended.includes(true)) say('ended processes left behind by an earlier start that was killed');
}

function lockDataDir(dataDir: string): Disposable {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    accessSync(dataDir, constants.W_OK);
    return acquireLock(join(dataDir, 'run', 'start.lock'));
  } catch (error) {
    if (error instanceof LockHeldError) {
      throw new StartError(
        `Pagehive already runs on ${dataDir} (process ${error.pid}): stop it first, or set another DATA_DIR and PORT`,
        { cause: error },
      );
    }
    throw new StartError(`DATA_DIR=${dataDir} cannot be written to (${messageOf(error)}): choose another directory`, {
      cause: error,
    });
  }
}

/** Turns an error into a message. Expected errors need no stack trace. */
function explain(error: unknown, { dataDir }: Config): StartError {
  const expected = [EmbeddedServerError, UnreachableError, MigrationError, ConfigError];
  if (error instanceof StartError) return error;
  if (expected.some((kind) => error instanceof kind)) return new StartError(messageOf(error), { cause: error });
  return new StartError(`Pagehive did not start: ${messageOf(error)} (logs are in ${join(dataDir, 'logs')})`, {
    cause: error,
  });
}

/** Reports progress, with the seconds since this process started. */
function say(line: string): void {
  process.stderr.write(`pagehive ${(performance.now() / 1000).toFixed(1).padStart(5)} s  ${line}\n`);
}
