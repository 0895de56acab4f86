import { createAfterCommit } from './after-commit.ts';
import type { Config } from './config/config.ts';
import { ConfigError } from './config/environment.ts';
import { type AddressGuard, createAddressGuard } from './connections/address-guard.ts';
import { findRoleProblem } from './connections/api-role-check.ts';
import { type Counters, createCounters } from './connections/counters.ts';
import type { Database } from './connections/database.ts';
import { type DatabasePools, openDatabasePools, poolUses } from './connections/database-pools.ts';
import { openSecret, sealNewSecret } from './connections/installation-secret.ts';
import { findMissing } from './connections/migrations.ts';
import { asTenant } from './connections/postgres/tenant.ts';
import { openRedis, type Redis } from './connections/redis.ts';
import { anotherDatabase, isSameDatabase } from './connections/same-database.ts';
import { createSecrets, type Secrets } from './connections/secrets.ts';
import { nilUuid } from './ids.ts';
import type { JobsContext } from './jobs/context.ts';
import { createLogger, type Logger } from './ops/logger.ts';
import { openTracing } from './ops/open-tracing.ts';
import { reportPauses } from './ops/pauses.ts';
import { ProcessMetrics } from './ops/process-metrics.ts';
import type { Tracing } from './ops/tracing.ts';
import { createMessages } from './progress/messages.ts';
import { createPublisher } from './progress/publish.ts';
import type { QueueOptions } from './queue/bee.ts';
import { createRinger, type Ringer } from './queue/ring.ts';
import { openLocalStorage } from './storage/local-storage.ts';
import type { Storage } from './storage/storage.ts';

/** The services that all three processes share. */
export interface Platform extends AsyncDisposable {
  config: Config;
  logger: Logger;
  pools: DatabasePools;
  /** The pool for writes to the rows of all tenants: claims, leases, progress. */
  database: Database;
  redis: Redis;
  queue: QueueOptions;
  ringer: Ringer;
  /** Wakes workers to deliver webhooks. */
  deliveryRinger: Ringer;
  counters: Counters;
  /** Of this process. */
  metrics: ProcessMetrics;
  tracing: Tracing;
  jobs: JobsContext;
  storage: Storage;
  secrets: Secrets;
  /** For requests to addresses that clients chose: downloads and webhooks. */
  guard: AddressGuard;
}

/**
 * Opens the connections of a process. The database must be reachable and migrated; Redis may become available later.
 */
export async function openPlatform(
  config: Config,
  process: string,
  overrides: { logger?: Logger } = {},
): Promise<Platform> {
  const { databaseUrl, databaseApiUrl, redisUrl } = config;
  if (databaseUrl === null)
    throw new ConfigError('DATABASE_URL must be set (only `pagehive start` provides a database)');
  if (redisUrl === null) throw new ConfigError('REDIS_URL must be set (only `pagehive start` provides a Redis)');
  const logger = overrides.logger ?? createLogger(config, process);
  const pauses = reportPauses(logger);
  const pools = openDatabasePools({
    url: databaseUrl,
    apiUrl: databaseApiUrl,
    connections: config.databaseConnections,
    process,
    logger,
  });
  const database = pools.writes;
  const metrics = new ProcessMetrics();
  const tracing = await openTracing(config, process, logger);
  metrics.observePools(() => poolUses(pools));
  try {
    await checkMigrated(database);
    await checkApiRole(pools, databaseApiUrl, logger);
    const { storage, secret } = await openInstallation(database, config);
    const redis = openRedis(redisUrl, logger);
    // Not awaited: jobs are accepted even while Redis is down.
    redis.connect().catch((error) => logger.warn({ err: error }, 'Redis cannot be reached'));
    const queue = { redis, redisUrl, prefix: config.redisPrefix, logger };
    const ringer = createRinger(queue, 'permits');
    const deliveryRinger = createRinger(queue, 'deliveries');
    const counters = createCounters(redis, config.redisPrefix, logger);
    const secrets = createSecrets(secret);
    const publisher = createPublisher(redis, config.redisPrefix, createMessages(secrets));
    const wakeDeliverer = () => deliveryRinger.ring();
    const afterCommit = createAfterCommit({
      database: pools.background,
      logger,
      counters,
      metrics,
      publisher,
      wakeDeliverer,
    });
    const { jobChanged, batchChanged, aggregateBatch } = afterCommit;
    const jobs = { database, jobChanged, batchChanged, ring: ringer.ring, aggregateBatch };
    return {
      config,
      logger,
      pools,
      database,
      redis,
      queue,
      ringer,
      deliveryRinger,
      counters,
      metrics,
      tracing,
      jobs,
      storage,
      secrets,
      guard: createAddressGuard({
        privateHostsAllowed: config.privateHostsAllowed,
        ports: config.outboundPorts,
        ownHosts: [new URL(config.publicUrl).hostname],
      }),
      async [Symbol.asyncDispose]() {
        await afterCommit[Symbol.asyncDispose]();
        await ringer[Symbol.asyncDispose]();
        await deliveryRinger[Symbol.asyncDispose]();
        await counters[Symbol.asyncDispose]();
        redis.destroy();
        await pools[Symbol.asyncDispose]();
        pauses[Symbol.dispose]();
        await tracing[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await pools[Symbol.asyncDispose]();
    pauses[Symbol.dispose]();
    await tracing[Symbol.asyncDispose]();
    throw error;
  }
}

/** Opens the storage that the installation's row names, and its sealed secret. The first process creates the row. */
async function openInstallation(database: Database, config: Config): Promise<{ storage: Storage; secret: Buffer }> {
  const { dataDir } = config;
  const find = () => database.prisma.installation.findUnique({ where: { id: 1 } });
  let installation = await find();
  if (installation === null) {
    const { id } = await openLocalStorage(dataDir, { expectedId: null });
    await database.prisma.installation.createMany({
      data: [{ storageId: id, sealedSecret: sealNewSecret(config) }],
      skipDuplicates: true,
    });
    // Another process may have been first.
    installation = await find();
  }
  if (installation === null) throw new Error('the installation row is missing right after it was created');
  const { storage } = await openLocalStorage(dataDir, { expectedId: installation.storageId });
  return { storage, secret: await openSecret(database, config) };
}

/**
 * Refuses a database that lacks migrations of this version, or whose SQL functions belong to an older version or were
 * changed by hand.
 */
async function checkMigrated({ query }: Database): Promise<void> {
  const missing = await findMissing(query);
  if (missing.length === 0) return;
  throw new ConfigError(
    `the database of DATABASE_URL is not migrated to this version (it lacks ${missing.join(', ')}): run \`pagehive migrate\` first`,
  );
}

/** Refuses a role that row-level security would not limit, or of another database. Warns if the API has no role. */
async function checkApiRole({ api, background }: DatabasePools, apiUrl: string | null, logger: Logger): Promise<void> {
  if (api === null) return;
  if (apiUrl === null) {
    logger.warn('DATABASE_API_URL is not set: the filters of the code are the only wall between tenants');
    return;
  }
  // Before the role, because in another database it may lack everything.
  const isSame = await background.transaction((query) =>
    isSameDatabase(query, (text, values) => asTenant(nilUuid, () => api.writes.query(text, values))),
  );
  if (!isSame) throw new ConfigError(`DATABASE_API_URL: ${anotherDatabase}`);
  const problem = await asTenant(nilUuid, () => findRoleProblem(api.writes.query));
  if (problem !== null) throw new ConfigError(`DATABASE_API_URL: ${problem}`);
}
