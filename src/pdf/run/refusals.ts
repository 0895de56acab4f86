import { type FailureCode, JobError } from '../../errors.ts';
import { FileBytes } from '../file/file-bytes.ts';

/** Reasons why an engine may refuse a document that another engine opens, the most informative first. */
const reasons: FailureCode[] = [
  'PDF_WRONG_PASSWORD',
  'PDF_ENCRYPTED',
  'PDF_NO_PAGES',
  'MEMORY_LIMIT',
  'PDF_CRASHES_EXTRACTOR',
  'PDF_DAMAGED',
];

/** Whether an error means that an engine refuses the document. Other errors are unexpected. */
export function isRefusal(error: unknown): error is JobError {
  return error instanceof JobError && reasons.includes(error.code);
}

/** Number of bytes in which readers look for the header. Mail gateways and web servers put data before it. */
const headerWithin = 1024;

/** Returns the error for a document that all engines refuse, each for a reason. */
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
