import type { Limits, OperationLimits } from '../config.ts';
import type { AddressGuard } from '../connections/address-guard.ts';
import type { Database } from '../connections/database.ts';
import type { Secrets } from '../connections/secrets.ts';
import type { Estimates } from '../estimates/estimates.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { HealthReport } from '../ops/health.ts';
import type { Logger } from '../ops/logger.ts';
import type { Scrape } from '../ops/metrics.ts';
import type { Hub } from '../progress/hub.ts';
import type { Storage } from '../storage/storage.ts';
import type { Caller } from './caller.ts';

/** What the API is made of; built once by the composition root. */
export interface ApiServices {
  /** For reads of clients. */
  database: Database;
  /** For mutations and uploads, lookups included: never waits for reads. */
  writes: Database;
  jobs: JobsContext;
  hub: Hub;
  estimates: Estimates;
  storage: Storage;
  secrets: Secrets;
  /** Which addresses webhooks may name. */
  guard: AddressGuard;
  /** Called after a commit that made deliveries of webhooks due. */
  ringDeliveries: () => void;
  limits: Limits;
  operations: OperationLimits;
  /** The base of every URL handed out. */
  publicUrl: string;
  checkHealth: () => Promise<HealthReport>;
  /** For Prometheus. */
  scrape: () => Promise<Scrape>;
  logger: Logger;
}

/** What a resolver sees: the services, and in whose name it works. */
export interface ApiContext extends ApiServices, Caller {
  /** Aborted when the time of the operation is up: what has begun is finished, nothing else begins. */
  deadline: AbortSignal;
  /** Resolves when the answer of this operation may be a large one. */
  enterLargeAnswer: () => Promise<void>;
}

/** The tenant of callers without a key, and of new keys that name no other. The first migration creates it. */
export const defaultTenantId = '00000000-0000-7000-8000-000000000001';
