import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Authenticate } from './api/authenticate.ts';
import type { ApiServices } from './api/context.ts';
import { type ApiServer, startApiServer } from './api/server.ts';
import { type Config, ConfigError } from './config.ts';
import { createAddressGuard } from './connections/address-guard.ts';
import { type Counters, createCounters } from './connections/counters.ts';
import { type Database, openDatabase } from './connections/database.ts';
import { openRedis, type Redis } from './connections/redis.ts';
import { createSecrets, type Secrets } from './connections/secrets.ts';
import { createAfterCommit } from './jobs/after-commit.ts';
import type { JobsContext } from './jobs/context.ts';
import { Costs } from './jobs/costs.ts';
import { readCosts } from './jobs/costs-learner.ts';
import { etaQuality } from './jobs/estimate-error.ts';
import { createEstimates } from './jobs/estimates.ts';
import { readBatchStates } from './jobs/read.ts';
import { countByStatus, readVitals } from './jobs/vitals.ts';
import { createBatchFolder } from './maintenance/batch-folder.ts';
import { createCanaryKeeper } from './maintenance/canary-keeper.ts';
import { createDeliverySweeper } from './maintenance/delivery-sweeper.ts';
import { createForecaster } from './maintenance/forecaster.ts';
import { createJanitor } from './maintenance/janitor.ts';
import { startMaintenance } from './maintenance/maintenance.ts';
import { createPruner } from './maintenance/pruner.ts';
import { createRescuer } from './maintenance/rescuer.ts';
import { createSweeper } from './maintenance/sweeper.ts';
import { checkHealth } from './ops/health.ts';
import { createLogger, type Logger } from './ops/logger.ts';
import { scrape } from './ops/metrics.ts';
import { createProbes } from './ops/probes.ts';
import type { Extractor } from './pdf/extraction.ts';
import { createExtractorPool } from './pdf/extractor-pool.ts';
import { createHub, type Hub } from './progress/hub.ts';
import { createPublisher } from './progress/publish.ts';
import type { QueueOptions } from './queue/bee.ts';
import { answerCanaries } from './queue/canary.ts';
import { createRinger, type Ringer } from './queue/ring.ts';
import { openLocalStorage } from './storage/local-storage.ts';
import type { Storage } from './storage/storage.ts';
import { readDue } from './webhooks/claim.ts';
import { type DeliveryPolicy, deliveryPolicy } from './webhooks/policy.ts';
import { startDeliverer } from './worker/deliverer.ts';
import { startWorker, type Worker } from './worker/worker.ts';

/** What all three processes are built on. */
export interface Platform extends AsyncDisposable {
  config: Config;
  logger: Logger;
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

/** What tests put in place of the real thing. */
export interface Overrides {
  logger?: Logger;
  extractor?: Extractor;
  authenticate?: Authenticate;
  keepAliveMs?: number;
  /** How deliveries of webhooks are tried. */
  deliveries?: Partial<DeliveryPolicy>;
}

export const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

/** Opens the connections of a process. The database must be migrated and answer; Redis may come later. */
export async function openPlatform(config: Config, process: string, overrides: Overrides = {}): Promise<Platform> {
  const { databaseUrl, redisUrl } = config;
  if (databaseUrl === null) throw new ConfigError('DATABASE_URL must be set (`pagehive start` provides one by itself)');
  if (redisUrl === null) throw new ConfigError('REDIS_URL must be set (`pagehive start` provides one by itself)');
  const logger = overrides.logger ?? createLogger(config, process);
  const database = openDatabase({ url: databaseUrl, name: `pagehive ${process}`, logger });
  try {
    const { storage, secret } = await openInstallation(database, config.dataDir);
    const redis = openRedis(redisUrl, logger);
    // Not awaited: while Redis is away jobs are accepted all the same.
    redis.connect().catch((error) => logger.warn({ err: error }, 'Redis cannot be reached'));
    const queue = { redis, redisUrl, prefix: config.redisPrefix, logger };
    const ringer = createRinger(queue, 'permits');
    const deliveryRinger = createRinger(queue, 'deliveries');
    const counters = createCounters(redis, config.redisPrefix, logger);
    const publisher = createPublisher(redis, config.redisPrefix);
    const ringDeliveries = () => deliveryRinger.ring();
    const afterCommit = createAfterCommit({ ...publisher, database, logger, counters, ringDeliveries });
    const { publish, publishBatch, fold } = afterCommit;
    const jobs = { database, publish, publishBatch, ring: ringer.ring, fold };
    return {
      config,
      logger,
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
        await database[Symbol.asyncDispose]();
      },
    };
  } catch (error) {
    await database[Symbol.asyncDispose]();
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

export interface Api extends ApiServer {
  readonly hub: Hub;
}

/** The API process. */
export async function startApi(platform: Platform, { authenticate, keepAliveMs }: Overrides = {}): Promise<Api> {
  const { config, logger, database, jobs, storage, secrets, redis, queue, ringer, deliveryRinger, counters } = platform;
  const subscriber = openRedis(queue.redisUrl, logger);
  subscriber.connect().catch(() => {});
  const estimates = createEstimates(jobs, logger);
  const hub = createHub({
    redis: subscriber,
    prefix: config.redisPrefix,
    readStates: (ids) => estimates.readStates(ids),
    readBatchStates: (ids) => readBatchStates(jobs, ids),
    logger,
  });
  const vitals = () => readVitals(jobs);
  const probes = createProbes({
    pingDatabase: () => database.query('SELECT 1', []),
    pingRedis: () => redis.ping(),
    readVitals: vitals,
    countPermits: () => ringer.waiting(),
  });
  const services: ApiServices = {
    database,
    jobs,
    hub,
    estimates,
    storage,
    secrets,
    guard: createAddressGuard(config.privateHostsAllowed),
    ringDeliveries: deliveryRinger.ring,
    limits: config.limits,
    publicUrl: config.publicUrl,
    checkHealth: () => checkHealth(probes),
    scrape: () =>
      scrape({
        readVitals: vitals,
        countJobs: () => countByStatus(jobs),
        countPermits: () => ringer.waiting(),
        readCounters: () => counters.read(),
        readOldestDelivery: async () => (await readDue(database)).oldestSeconds,
        readEtaQuality: async () => etaQuality(new Costs(await readCosts(jobs))),
      }),
    logger,
  };
  const close = async () => {
    hub[Symbol.dispose]();
    subscriber.destroy();
  };
  try {
    const server = await startApiServer(services, { host: config.host, port: config.port, authenticate, keepAliveMs });
    return {
      port: server.port,
      hub,
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        await close();
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The worker process. */
export async function startWork(platform: Platform, overrides: Overrides = {}): Promise<Worker> {
  const { config, logger, database, jobs, storage, secrets, queue } = platform;
  const { limits, concurrency, privateHostsAllowed } = config;
  const extractor =
    overrides.extractor ??
    createExtractorPool({
      size: concurrency,
      memoryBytes: limits.extractorMemoryBytes,
      recycleBytes: limits.extractorRecycleBytes,
    });
  const context = { jobs, storage, extractor, secrets, limits, privateHostsAllowed, logger };
  const worker = await startWorker(context, { concurrency, version, queue });
  const canaries = answerCanaries({ ...queue, database, workerId: worker.id });
  const policy = { ...deliveryPolicy, ...overrides.deliveries };
  const deliverer = startDeliverer({ ...platform, privateHostsAllowed, policy, version });
  return {
    id: worker.id,
    get running() {
      return worker.running;
    },
    async [Symbol.asyncDispose]() {
      await canaries[Symbol.asyncDispose]();
      await Promise.all([worker[Symbol.asyncDispose](), deliverer[Symbol.asyncDispose]()]);
      await extractor[Symbol.asyncDispose]();
    },
  };
}

/** The maintenance process. */
export function startMaintain(platform: Platform): AsyncDisposable {
  const canaries = createCanaryKeeper(platform);
  const actors = [
    createSweeper(platform),
    createDeliverySweeper(platform),
    createRescuer(platform),
    createPruner(platform),
    createJanitor(platform),
    createForecaster(platform),
    createBatchFolder(platform),
    canaries,
  ];
  const maintenance = startMaintenance(platform, actors);
  return {
    async [Symbol.asyncDispose]() {
      await maintenance[Symbol.asyncDispose]();
      await canaries[Symbol.asyncDispose]();
    },
  };
}
