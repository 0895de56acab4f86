import { type FailureCode, JobError } from '../../errors.ts';
import { FileBytes } from '../file/file-bytes.ts';

/** Why an engine may refuse a document that another engine opens: the more telling a reason, the earlier it stands here. */
const reasons: FailureCode[] = [
  'PDF_WRONG_PASSWORD',
  'PDF_ENCRYPTED',
  'PDF_NO_PAGES',
  'MEMORY_LIMIT',
  'PDF_CRASHES_EXTRACTOR',
  'PDF_DAMAGED',
];

/** Reports whether an error means that an engine refuses a document, and not that something else went wrong. */
export function isRefusal(error: unknown): error is JobError {
  return error instanceof JobError && reasons.includes(error.code);
}

/** Readers look for the header in the first bytes only; mail gateways and web servers put something before it. */
const headerWithin = 1024;

/** Returns the error of a document that all engines refuse, for one reason each. */
export function reasonToRefuse(path: string, refusals: JobError[]): JobError {
  const [reason] = refusals.toSorted((a, b) => reasons.indexOf(a.code) - reasons.indexOf(b.code));
  if (reason !== undefined && reason.code !== 'PDF_DAMAGED') return reason;
  return hasHeader(path) ? (reason ?? new JobError('PDF_DAMAGED')) : new JobError('NOT_A_PDF', { cause: reason });
}

function hasHeader(path: string): boolean {
  using file = new FileBytes(path);
  const head = Buffer.alloc(Math.min(headerWithin, file.length));
  file.read(0, head);
  return head.includes('%PDF-');
}
