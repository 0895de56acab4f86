import { z } from 'zod';
import { ConfigError, wholeNumber } from './environment.ts';
import { daysOrNone } from './retention.ts';

/**
 * The limits of keys and tenants for which no operator has set others. Null stands for no limit. `tenants/limits.ts`
 * combines them.
 */
export interface ClientLimits {
  /** Requests of one key per minute. */
  requestsPerMinute: number | null;
  /** Requests of all keys of a tenant per minute. */
  tenantRequestsPerMinute: number | null;
  /** Jobs of a tenant that are PENDING or RETRYING. */
  jobsWaiting: number | null;
  /** Bytes of documents that a tenant has stored. */
  bytesStored: number | null;
  /** Pages that a tenant may process in a calendar month. */
  pagesPerMonth: number | null;
  /** Maximum of `options.timeoutSeconds`. */
  timeoutSeconds: number;
  /** Days that a final job is kept with its results, files and document. */
  jobsDays: number | null;
  /** Days after which a final job moves to the archive. */
  archiveDays: number | null;
  /** Days that the bytes of a document are kept after the end of its last job. */
  documentsDays: number | null;
  /** Days that the images of pages are kept after the end of their job. */
  imagesDays: number | null;
}

export const defaultClientLimits: ClientLimits = {
  requestsPerMinute: 6_000,
  tenantRequestsPerMinute: null,
  jobsWaiting: null,
  bytesStored: null,
  pagesPerMonth: null,
  timeoutSeconds: 86_400,
  jobsDays: null,
  archiveDays: null,
  documentsDays: null,
  imagesDays: null,
};

/** A whole number, or `none`. */
const limit = (min: number, max: number) =>
  z.union([z.literal('none').transform(() => null), wholeNumber(min, max)], {
    error: `must be a whole number between ${min} and ${max}, or none`,
  });

/** The environment variables of these limits. */
export const clientLimitVariables = {
  MAX_REQUESTS_PER_MINUTE: limit(1, 1_000_000).default(defaultClientLimits.requestsPerMinute),
  MAX_TENANT_REQUESTS_PER_MINUTE: limit(1, 1_000_000).default(defaultClientLimits.tenantRequestsPerMinute),
  MAX_JOBS_WAITING: limit(0, 2_000_000_000).default(defaultClientLimits.jobsWaiting),
  MAX_BYTES_STORED: limit(0, Number.MAX_SAFE_INTEGER).default(defaultClientLimits.bytesStored),
  MAX_PAGES_PER_MONTH: limit(0, 2_000_000_000).default(defaultClientLimits.pagesPerMonth),
  MAX_TIMEOUT_SECONDS: wholeNumber(1, 86_400).default(defaultClientLimits.timeoutSeconds),
  RETENTION_JOBS_DAYS: daysOrNone.default(defaultClientLimits.jobsDays),
  ARCHIVE_JOBS_DAYS: daysOrNone.default(defaultClientLimits.archiveDays),
  RETENTION_DOCUMENTS_DAYS: daysOrNone.default(defaultClientLimits.documentsDays),
  RETENTION_IMAGES_DAYS: daysOrNone.default(defaultClientLimits.imagesDays),
};

const variables = z.object(clientLimitVariables);

export function clientLimitsOf(values: z.infer<typeof variables>): ClientLimits {
  const { RETENTION_JOBS_DAYS: jobsDays, ARCHIVE_JOBS_DAYS: archiveDays } = values;
  if (jobsDays !== null && archiveDays !== null && archiveDays >= jobsDays)
    throw new ConfigError('ARCHIVE_JOBS_DAYS must be less than RETENTION_JOBS_DAYS, or jobs are deleted before');
  return {
    requestsPerMinute: values.MAX_REQUESTS_PER_MINUTE,
    tenantRequestsPerMinute: values.MAX_TENANT_REQUESTS_PER_MINUTE,
    jobsWaiting: values.MAX_JOBS_WAITING,
    bytesStored: values.MAX_BYTES_STORED,
    pagesPerMonth: values.MAX_PAGES_PER_MONTH,
    timeoutSeconds: values.MAX_TIMEOUT_SECONDS,
    jobsDays,
    archiveDays,
    documentsDays: values.RETENTION_DOCUMENTS_DAYS,
    imagesDays: values.RETENTION_IMAGES_DAYS,
  };
}
