import type { Limits } from '../config.ts';
import type { Secrets } from '../connections/secrets.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Logger } from '../ops/logger.ts';
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
  privateHostsAllowed: string[];
  logger: Logger;
}
