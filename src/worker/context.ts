import type { Limits } from '../config.ts';
import type { Secrets } from '../connections/secrets.ts';
import type { JobsContext } from '../jobs/context.ts';
import type { Logger } from '../ops/logger.ts';
import type { Extractor } from '../pdf/model/extraction.ts';
import type { Storage } from '../storage/storage.ts';

/** What running a job needs; built once by the composition root. */
export interface RunContext {
  jobs: JobsContext;
  storage: Storage;
  extractor: Extractor;
  /** A folder for files on their way from extractors to the storage. */
  scratch: string;
  /** A folder for the data that OCR needs; workers may share it. */
  ocrData: string;
  secrets: Secrets;
  limits: Limits;
  privateHostsAllowed: string[];
  logger: Logger;
}
