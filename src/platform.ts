import { randomBytes } from 'node:crypto';
import { createAfterCommit } from './after-commit.ts';
import type { Config } from './config.ts';
import { type Counters, createCounters } from './connections/counters.ts';
import type { Database } from './connections/database.ts';
import { type DatabasePools, openDatabasePools } from './connections/database-pools.ts';
import { openRedis, type Redis } from './connections/redis.ts';
import { createSecrets, type Secrets } from './connections/secrets.ts';
import { findChangedFunctions } from './connections/sql-functions.ts';
import { ConfigError } from './environment.ts';
import type { JobsContext } from './jobs/context.ts';
import { createLogger, type Logger } from './ops/logger.ts';
import { reportPauses } from './ops/pauses.ts';
import { createPublisher } from './progress/publish.ts';
import type { QueueOptions } from './queue/bee.ts';
import { createRinger, type Ringer } from './queue/ring.ts';
import { openLocalStorage } from './storage/local-storage.ts';
import type { Storage } from './storage/storage.ts';

/** What all three processes are built on. */
export interface Platform extends AsyncDisposable {
  config: Config;
  logger: Logger;
  pools: DatabasePools;
  /** The pool for writes: submits, claims, leases, progress. */
  database: Database;
  redis: Redis;
  queue: QueueOptions;
  ringer: Ringer;
  /** For deliveries of webhooks. */
  deliveryRinger: Ringer;
  counters: Counters;
  jobs: JobsContext;
  storage: Storage;
  secrets: Secrets;
}

/** Opens the connections of a process. The database must be migrated and answer; Redis may come later. */
export async function openPlatform(
  config: Config,
  process: string,
  overrides: { logger?: Logger } = {},
): Promise<Platform> {
  const { databaseUrl, redisUrl } = config;
  if (databaseUrl === null) throw new ConfigError('DATABASE_URL must be set (`pagehive start` provides one by itself)');
  if (redisUrl === null) throw new ConfigError('REDIS_URL must be set (`pagehive start` provides one by itself)');
  const logger = overrides.logger ?? createLogger(config, process);
  const pauses = reportPauses(logger);
  const pools = openDatabasePools({ url: databaseUrl, connections: config.databaseConnections, process, logger });
  const database = pools.writes;
  try {
    await checkMigrated(database);
    const { storage, secret } = await openInstallation(database, config.dataDir);
    const redis = openRedis(redisUrl, logger);
    // Not awaited: while Redis is away jobs are accepted all the same.
    redis.connect().catch((error) => logger.warn({ err: error }, 'Redis cannot be reached'));
    const queue = { redis, redisUrl, prefix: config.redisPrefix, logger };
    const ringer = createRinger(queue, 'permits');
    const deliveryRinger = createRinger(queue, 'deliveries');
    const counters = createCounters(redis, config.redisPrefix, logger);
    const publisher = createPublisher(redis, config.redisPrefix);
    const wakeDeliverer = () => deliveryRinger.ring();
    const afterCommit = createAfterCommit({ database: pools.background, logger, counters, publisher, wakeDeliverer });
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
      jobs,
      storage,
      secrets: createSecrets(secret),
      async [Symbol.asyncDispose]() {
        await afterCommit[Symbol.asyncDispose]();
        await ringer[Symbol.asyncDispose]();
        await deliveryRinger[Symbol.asyncDispose]();
        await counters[Symbol.asyncDispose]();
        redis.destroy();
        await pools[Symbol.asyncDispose]();
        pauses[Symbol.dispose]();
      },
    };
  } catch (error) {
    await pools[Symbol.asyncDispose]();
    pauses[Symbol.dispose]();
    throw error;
  }
}

/** What makes processes belong together is one row, made by the first of them: it names the storage and holds the secret. */
async function openInstallation(database: Database, dataDir: string): Promise<{ storage: Storage; secret: Buffer }> {
  const find = () => database.prisma.installation.findUnique({ where: { id: 1 } });
  let installation = await find();
  if (installation === null) {
    const { id } = await openLocalStorage(dataDir, { expectedId: null });
    await database.prisma.installation.createMany({
      data: [{ storageId: id, secret: randomBytes(32) }],
      skipDuplicates: true,
    });
    // Another process may have been first.
    installation = await find();
  }
  if (installation === null) throw new Error('the installation row is missing right after it was made');
  const { storage } = await openLocalStorage(dataDir, { expectedId: installation.storageId });
  return { storage, secret: Buffer.from(installation.secret) };
}

/** Refuses a database whose SQL functions are missing, of another version, or changed by hand. */
async function checkMigrated(database: Database): Promise<void> {
  const changed = await findChangedFunctions(database.query);
  if (changed.length === 0) return;
  const names = changed.map(({ name }) => name).join(', ');
  throw new ConfigError(
    `the database of DATABASE_URL is not migrated to this version (SQL functions ${names}): run \`pagehive migrate\` first`,
  );
}
