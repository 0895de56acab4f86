import type { AuditRecorder } from '../audit/recorder.ts';
import type { ClientLimits } from '../config/client-limits.ts';
import type { Limits } from '../config/config.ts';
import type { OperationLimits } from '../config/operation-limits.ts';
import type { AddressGuard } from '../connections/address-guard.ts';
import type { Database } from '../connections/database.ts';
import type { Secrets } from '../connections/secrets.ts';
import type { Estimates } from '../estimates/estimates.ts';
import type { QueueWatch } from '../fleet/queue-watch.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { HealthReport } from '../ops/health.ts';
import type { Logger } from '../ops/logger.ts';
import type { Scrape } from '../ops/metrics.ts';
import type { ProcessMetrics } from '../ops/process-metrics.ts';
import type { Tracing } from '../ops/tracing.ts';
import type { Hub } from '../progress/hub.ts';
import type { Storage } from '../storage/storage.ts';
import type { CountRequest } from '../tenants/request-rate.ts';
import type { Caller } from './caller.ts';

/** The services behind the API, created once by the composition root. */
export interface ApiServices {
  /** For reads by clients, in the name of their tenant: see `asTenant`. */
  database: Database;
  /** For mutations and uploads, including their lookups, also in the name of a tenant. Reads never delay it. */
  writes: Database;
  /**
   * Sees the rows of all tenants: for operators, and to find the tenant of a signed URL. Never for the data that a
   * client asks for.
   */
  system: Database;
  jobs: JobsContext;
  hub: Hub;
  queueWatch: QueueWatch;
  estimates: Estimates;
  storage: Storage;
  secrets: Secrets;
  /** Decides which addresses webhooks may have. */
  guard: AddressGuard;
  /**
   * Called after a commit that changed a key or the limits of a tenant. Resolves once this process knows the change.
   */
  announceKeyChange: () => Promise<void>;
  /** Wakes workers after a commit that made webhook deliveries due. */
  ringDeliveries: () => void;
  limits: Limits;
  operations: OperationLimits;
  clientLimits: ClientLimits;
  audit: AuditRecorder;
  /** Counts a request against the rate limits of its sender. */
  countRequest: CountRequest;
  /** The base of every URL in a response. */
  publicUrl: string;
  checkHealth: () => Promise<HealthReport>;
  /** Renders the metrics for Prometheus. */
  scrape: () => Promise<Scrape>;
  /** Of this process. */
  metrics: ProcessMetrics;
  tracing: Tracing;
  logger: Logger;
}

/** The context of resolvers: the services and the caller. */
export interface ApiContext extends ApiServices, Caller {
  /** Aborts when the operation has exceeded its time limit: work in progress finishes, and no further work starts. */
  deadline: AbortSignal;
  /** The span of the operation; null without tracing. */
  traceparent: string | null;
  /** Resolves when the response to this operation may become large. */
  enterLargeAnswer: () => Promise<void>;
}

/** The tenant of callers without a key, and of new keys that name no tenant. The first migration creates it. */
export const defaultTenantId = '00000000-0000-7000-8000-000000000001';
