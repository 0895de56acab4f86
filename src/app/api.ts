import { raisedKinds } from '../alerts/alerts.ts';
import { allKinds } from '../alerts/conditions.ts';
import { createAuthenticate } from '../api/authenticate.ts';
import { type ApiServices, defaultTenantId } from '../api/context.ts';
import { type ApiServer, startApiServer } from '../api/server.ts';
import { createAuditRecorder } from '../audit/recorder.ts';
import { readBatchStates } from '../batches/read.ts';
import { exposureOf } from '../config/environment.ts';
import type { ApiPools, DatabasePools } from '../connections/database-pools.ts';
import { asTenant } from '../connections/postgres/tenant.ts';
import { openRedis } from '../connections/redis.ts';
import { findRedisTrouble } from '../connections/redis-probe.ts';
import { createTokenBuckets } from '../connections/token-buckets.ts';
import { Costs } from '../estimates/costs.ts';
import { etaQuality } from '../estimates/error.ts';
import { createEstimates } from '../estimates/estimates.ts';
import { readCosts } from '../estimates/learner.ts';
import { readQueue } from '../fleet/queue.ts';
import { QueueWatch } from '../fleet/queue-watch.ts';
import { countByStatus, readVitals } from '../fleet/vitals.ts';
import { nilUuid } from '../ids.ts';
import { checkHealth } from '../ops/health.ts';
import { withCurrentFields } from '../ops/log-fields.ts';
import { scrape } from '../ops/metrics.ts';
import { createProbes } from '../ops/probes.ts';
import { shared } from '../ops/shared.ts';
import type { Platform } from '../platform.ts';
import { createHub, type Hub } from '../progress/hub.ts';
import { createMessages } from '../progress/messages.ts';
import { createFailedAttempts } from '../tenants/failed-attempts.ts';
import { createKeyAnnouncer, listenForKeyChanges } from '../tenants/key-changes.ts';
import { KeyRing } from '../tenants/key-ring.ts';
import { createRequestRate } from '../tenants/request-rate.ts';
import { readDue } from '../webhooks/claim.ts';
import type { Overrides } from './overrides.ts';

export interface Api extends ApiServer {
  readonly hub: Hub;
}

/** Starts the API process. */
export async function startApi(
  platform: Platform,
  { authenticate: given, keepAliveMs, clientTimes }: Overrides = {},
): Promise<Api> {
  const {
    config,
    logger,
    metrics,
    tracing,
    pools,
    jobs,
    storage,
    secrets,
    redis,
    queue,
    ringer,
    deliveryRinger,
    counters,
    guard,
  } = platform;
  const { api, background } = pools;
  if (api === null) throw new TypeError('this process has no pools for the API');
  const subscriber = openRedis(queue.redisUrl, logger);
  subscriber.connect().catch(() => {});
  const estimates = createEstimates({ database: background }, logger);
  const hub = createHub({
    redis: subscriber,
    prefix: config.redisPrefix,
    messages: createMessages(secrets),
    readStates: (ids) => estimates.readStates(ids),
    readBatchStates: (ids) => readBatchStates({ database: background }, ids),
    logger,
    onReplaced: () => metrics.eventCoalesced(),
  });
  const keyRing = new KeyRing({
    database: background,
    // Even if keys disappear later, such as by a restored database, other machines must not become operators.
    required: config.auth === 'required' || exposureOf(config) !== null,
    anonymousTenantId: defaultTenantId,
    limits: config.clientLimits,
    logger,
  });
  const keyListener = listenForKeyChanges({
    redis: subscriber,
    prefix: config.redisPrefix,
    onChange: () => void keyRing.reread(),
    logger,
  });
  // Separate buckets in memory: wrong keys from many addresses must not displace those of the keys.
  const buckets = () => createTokenBuckets({ redis, prefix: config.redisPrefix });
  const failedAttempts = createFailedAttempts(buckets());
  const authenticate = given ?? createAuthenticate({ keyRing, failedAttempts, secrets });
  const announceKeyChange = createKeyAnnouncer(redis, config.redisPrefix);
  const vitals = () => readVitals({ database: background });
  const probes = createProbes({
    pingDatabase: () => ping(pools, api),
    findRedisTrouble: () =>
      findRedisTrouble({ commands: redis, subscriptions: subscriber }, config.redisPrefix, logger),
    readVitals: vitals,
    countPermits: () => ringer.waiting(),
    isExposed: exposureOf(config) !== null && config.sandbox !== 'off',
  });
  const queueWatch = new QueueWatch(() => readQueue({ database: background }), logger);
  const audit = createAuditRecorder({ database: background, logger });
  const services: ApiServices = {
    database: api.reads,
    writes: api.writes,
    system: background,
    jobs: { ...jobs, database: api.writes },
    hub,
    queueWatch,
    estimates,
    storage,
    secrets,
    guard,
    audit,
    async announceKeyChange() {
      // Without Redis, at least this process learns of it at once.
      await Promise.all([announceKeyChange(), keyRing.reread()]);
    },
    ringDeliveries: deliveryRinger.ring,
    limits: config.limits,
    operations: config.operations,
    clientLimits: config.clientLimits,
    countRequest: createRequestRate(buckets()),
    publicUrl: config.publicUrl,
    checkHealth: shared(() => checkHealth(probes)),
    scrape: () =>
      scrape({
        readVitals: vitals,
        countJobs: () => countByStatus({ database: background }),
        countPermits: () => ringer.waiting(),
        readCounters: () => counters.read(),
        readAlerts: async () => ({ all: allKinds, raised: await raisedKinds(background) }),
        readOldestDelivery: async () => (await readDue(background)).oldestSeconds,
        readEtaQuality: async () => etaQuality(new Costs(await readCosts({ database: background }))),
      }),
    metrics,
    tracing,
    logger: withCurrentFields(logger),
  };
  metrics.addSource(services.scrape);
  const close = async () => {
    hub[Symbol.dispose]();
    queueWatch[Symbol.dispose]();
    keyListener[Symbol.dispose]();
    await keyRing[Symbol.asyncDispose]();
    await audit[Symbol.asyncDispose]();
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

/** Both roles must be able to log in. */
async function ping({ background }: DatabasePools, { writes }: ApiPools): Promise<void> {
  await Promise.all([background.query('SELECT 1', []), asTenant(nilUuid, () => writes.query('SELECT 1', []))]);
}
