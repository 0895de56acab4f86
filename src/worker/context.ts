import type { ClientLimits } from '../config/client-limits.ts';
import type { Limits } from '../config/config.ts';
import type { AddressGuard } from '../connections/address-guard.ts';
import type { Secrets } from '../connections/secrets.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Logger } from '../ops/logger.ts';
import type { ProcessMetrics } from '../ops/process-metrics.ts';
import type { Tracing } from '../ops/tracing.ts';
import type { Extractor } from '../pdf/model/extraction.ts';
import type { Storage } from '../storage/storage.ts';

/** Dependencies for running jobs, built once by the composition root. */
export interface RunContext {
  jobs: JobsContext;
  storage: Storage;
  extractor: Extractor;
  /** A folder for files between extractors and the storage. */
  scratch: string;
  /** A folder for OCR language data; workers may share it. */
  ocrData: string;
  secrets: Secrets;
  limits: Limits;
  /** The limits of tenants for which no operator has set others. */
  clientLimits: ClientLimits;
  /** For downloads. */
  guard: AddressGuard;
  metrics: ProcessMetrics;
  tracing: Tracing;
  logger: Logger;
}
