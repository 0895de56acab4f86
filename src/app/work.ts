import { join } from 'node:path';
import { newUuid } from '../ids.ts';
import { withCurrentFields } from '../ops/log-fields.ts';
import type { Platform } from '../platform.ts';
import { answerCanaries } from '../queue/canary.ts';
import { deliveryPolicy } from '../webhooks/policy.ts';
import { startDeliverer } from '../worker/deliverer.ts';
import { startWorker, type Worker } from '../worker/worker.ts';
import { ocrFolder, openExtractorPool } from './extractors.ts';
import type { Overrides } from './overrides.ts';
import { version } from './version.ts';

/** Starts the worker process. */
export async function startWork(platform: Platform, overrides: Overrides = {}): Promise<Worker> {
  const { config, logger, metrics, tracing, pools, jobs, storage, secrets, queue, guard } = platform;
  const { limits, clientLimits, concurrency } = config;
  const id = newUuid();
  const scratch = join(config.dataDir, 'scratch');
  const ocrData = ocrFolder(config.dataDir);
  const pool =
    overrides.extractor === undefined ? openExtractorPool(config, join(scratch, id), metrics.extractors) : null;
  const extractor = overrides.extractor ?? pool;
  if (extractor === null) throw new TypeError('there is no extractor');
  const context = {
    jobs,
    storage,
    extractor,
    scratch,
    ocrData,
    secrets,
    limits,
    clientLimits,
    guard,
    metrics,
    tracing,
    logger: withCurrentFields(logger),
  };
  // An extractor that replaces the pool runs in this process.
  const sandbox = () => (pool === null ? 'OFF' : pool.sandbox);
  const extractorMemory = async () => (await pool?.residentMemory()) ?? null;
  const worker = await startWorker(context, { id, concurrency, version, queue, sandbox, extractorMemory });
  // One process shows which sandbox works; the others start with the first jobs.
  pool?.start(1).then(
    () => sandbox() !== null && logger.info({ sandbox: sandbox() }, 'extractors can start'),
    (error) => logger.warn({ err: error }, 'no extractor can start'),
  );
  const canaries = answerCanaries({ ...queue, database: pools.background, workerId: worker.id });
  const policy = { ...deliveryPolicy, ...overrides.deliveries };
  const deliverer = startDeliverer({ ...platform, database: pools.background, policy, version });
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
