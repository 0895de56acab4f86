import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Authenticate, createAuthenticate } from './api/authenticate.ts';
import type { ApiServices } from './api/context.ts';
import { type ApiServer, type ClientTimes, startApiServer } from './api/server.ts';
import { readBatchStates } from './batches/read.ts';
import { createAddressGuard } from './connections/address-guard.ts';
import { openRedis } from './connections/redis.ts';
import { findRedisTrouble } from './connections/redis-probe.ts';
import { Costs } from './estimates/costs.ts';
import { etaQuality } from './estimates/error.ts';
import { createEstimates } from './estimates/estimates.ts';
import { readCosts } from './estimates/learner.ts';
import { countByStatus, readVitals } from './fleet/vitals.ts';
import { createBatchAggregator } from './maintenance/batch-aggregator.ts';
import { createBatchChanger } from './maintenance/batch-changer.ts';
import { createCanaryKeeper } from './maintenance/canary-keeper.ts';
import { createDeliverySweeper } from './maintenance/delivery-sweeper.ts';
import { createForecaster } from './maintenance/forecaster.ts';
import { createJanitor } from './maintenance/janitor.ts';
import { startMaintenance } from './maintenance/maintenance.ts';
import { createNameIndexer } from './maintenance/name-indexer.ts';
import { createPruner } from './maintenance/pruner.ts';
import { createRescuer } from './maintenance/rescuer.ts';
import { createSweeper } from './maintenance/sweeper.ts';
import { checkHealth } from './ops/health.ts';
import type { Logger } from './ops/logger.ts';
import { scrape } from './ops/metrics.ts';
import { createProbes } from './ops/probes.ts';
import { shared } from './ops/shared.ts';
import type { Extractor } from './pdf/model/extraction.ts';
import { createExtractorPool } from './pdf/process/extractor-pool.ts';
import type { Platform } from './platform.ts';
import { createHub, type Hub } from './progress/hub.ts';
import { answerCanaries } from './queue/canary.ts';
import { createFailedAttempts } from './tenants/failed-attempts.ts';
import { KeyRing } from './tenants/key-ring.ts';
import { readDue } from './webhooks/claim.ts';
import { type DeliveryPolicy, deliveryPolicy } from './webhooks/policy.ts';
import { startDeliverer } from './worker/deliverer.ts';
import { startWorker, type Worker } from './worker/worker.ts';

/** What tests put in place of the real thing. */
export interface Overrides {
  logger?: Logger;
  extractor?: Extractor;
  authenticate?: Authenticate;
  keepAliveMs?: number;
  clientTimes?: Partial<ClientTimes>;
  /** How deliveries of webhooks are tried. */
  deliveries?: Partial<DeliveryPolicy>;
}

export const version: string = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')).version;

export interface Api extends ApiServer {
  readonly hub: Hub;
}

/** The API process. */
export async function startApi(
  platform: Platform,
  { authenticate: given, keepAliveMs, clientTimes }: Overrides = {},
): Promise<Api> {
  const { config, logger, pools, jobs, storage, secrets, redis, queue, ringer, deliveryRinger, counters } = platform;
  const { reads, writes, background } = pools;
  const subscriber = openRedis(queue.redisUrl, logger);
  subscriber.connect().catch(() => {});
  const estimates = createEstimates({ database: background }, logger);
  const hub = createHub({
    redis: subscriber,
    prefix: config.redisPrefix,
    readStates: (ids) => estimates.readStates(ids),
    readBatchStates: (ids) => readBatchStates({ database: background }, ids),
    logger,
  });
  const keyRing = new KeyRing({ database: background, required: config.auth === 'required', logger });
  const failedAttempts = createFailedAttempts({ redis, prefix: config.redisPrefix });
  const authenticate = given ?? createAuthenticate({ keyRing, failedAttempts, secrets });
  const vitals = () => readVitals({ database: background });
  const probes = createProbes({
    pingDatabase: () => writes.query('SELECT 1', []),
    findRedisTrouble: () =>
      findRedisTrouble({ commands: redis, subscriptions: subscriber }, config.redisPrefix, logger),
    readVitals: vitals,
    countPermits: () => ringer.waiting(),
  });
  const services: ApiServices = {
    database: reads,
    writes,
    jobs,
    hub,
    estimates,
    storage,
    secrets,
    guard: createAddressGuard(config.privateHostsAllowed),
    ringDeliveries: deliveryRinger.ring,
    limits: config.limits,
    operations: config.operations,
    publicUrl: config.publicUrl,
    checkHealth: shared(() => checkHealth(probes)),
    scrape: () =>
      scrape({
        readVitals: vitals,
        countJobs: () => countByStatus({ database: background }),
        countPermits: () => ringer.waiting(),
        readCounters: () => counters.read(),
        readOldestDelivery: async () => (await readDue(background)).oldestSeconds,
        readEtaQuality: async () => etaQuality(new Costs(await readCosts({ database: background }))),
      }),
    logger,
  };
  const close = async () => {
    hub[Symbol.dispose]();
    await keyRing[Symbol.asyncDispose]();
    subscriber.destroy();
  };
  try {
    const server = await startApiServer(services, { ...config, authenticate, keepAliveMs, times: clientTimes });
    return {
      port: server.port,
      connections: () => server.connections(),
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
  const { config, logger, pools, jobs, storage, secrets, queue } = platform;
  const { limits, concurrency, privateHostsAllowed } = config;
  const extractor =
    overrides.extractor ??
    createExtractorPool({
      size: concurrency,
      memoryBytes: limits.extractorMemoryBytes,
      recycleBytes: limits.extractorRecycleBytes,
    });
  const scratch = join(config.dataDir, 'scratch');
  const ocrData = join(config.dataDir, 'ocr');
  const context = { jobs, storage, extractor, scratch, ocrData, secrets, limits, privateHostsAllowed, logger };
  const worker = await startWorker(context, { concurrency, version, queue });
  const canaries = answerCanaries({ ...queue, database: pools.background, workerId: worker.id });
  const policy = { ...deliveryPolicy, ...overrides.deliveries };
  const deliverer = startDeliverer({ ...platform, database: pools.background, privateHostsAllowed, policy, version });
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
  const { pools, jobs } = platform;
  // Rescue and wake-ups of jobs must not wait for cleaning up and counting.
  const background = { ...platform, database: pools.background, jobs: { ...jobs, database: pools.background } };
  const canaries = createCanaryKeeper(platform);
  const actors = [
    createSweeper(platform),
    createRescuer(platform),
    createDeliverySweeper(background),
    createPruner(background),
    createJanitor(background),
    createForecaster(background),
    createBatchAggregator(background),
    createBatchChanger(platform),
    createNameIndexer(platform),
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
