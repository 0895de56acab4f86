import { createHash } from 'node:crypto';
import type { Database } from '../connections/database.ts';
import { decodeBase64 } from '../documents/base64.ts';
import { createPauses } from '../documents/pauses.ts';
import {
  type CheckedSource,
  checkSource,
  discardSource,
  type SourceContext,
  type SourceOfJob,
  storeSource,
} from '../documents/sources.ts';
import { type ExistingJob, existingJobs, type UploadState, uploadStates } from '../documents/sql/named-documents.ts';
import { uploadProblem } from '../documents/upload-problem.ts';
import { type InputIssue, RequestError } from '../errors.ts';
import type { JobInput } from '../jobs/create.ts';
import { isIssueCode } from '../request-errors.ts';

/** Maximum files stored concurrently: each waits for the disk. */
const storing = 8;

/** An item of a batch in a request. */
export type BatchItemInput = Pick<JobInput, 'source' | 'name' | 'metadata' | 'options'>;

/** Dependencies for checking the documents of a batch. */
export interface DocumentsContext extends SourceContext {
  tenantId: string;
  /** For lookups of uploads and jobs. */
  database: Database;
}

/** The sources of a batch: well-formed and looked up, but not stored. */
export interface BatchSources {
  /** In the order of the items. */
  checked: CheckedSource[];
  /** The state of the uploads they name. */
  uploads: Map<string, UploadState>;
}

function pathOf(index: number, field: 'upload' | 'job'): InputIssue['path'] {
  return ['input', 'items', index, 'source', field];
}

/** Converts the request error of one item to issues of the batch. */
function issuesOf(error: unknown, index: number, { job }: BatchItemInput['source']): InputIssue[] {
  if (!(error instanceof RequestError)) throw error;
  const { code, message, issues } = error;
  if (issues !== null) return issues;
  const path = pathOf(index, job == null ? 'upload' : 'job');
  return [{ path, code: isIssueCode(code) ? code : 'INVALID_VALUE', message }];
}

/**
 * Checks the form of all sources. One error names every item that cannot be accepted, including those whose upload or
 * job cannot be used.
 */
export async function checkSources(context: DocumentsContext, items: BatchItemInput[]): Promise<BatchSources> {
  const issues: InputIssue[] = [];
  const checked: CheckedSource[] = [];
  const indexes: number[] = [];
  const pause = createPauses();
  for (const [index, { source }] of items.entries()) {
    await pause();
    try {
      checked.push(await checkSource(context, source, ['input', 'items', index, 'source']));
      indexes.push(index);
    } catch (error) {
      issues.push(...issuesOf(error, index, source));
    }
  }
  const uploads = await readUploads(context, checked);
  if (issues.length === 0) return { checked, uploads };
  throw refusal([...issues, ...(await documentIssues(context, { checked, uploads }, indexes))]);
}

/** Refuses uploads and jobs that cannot be used, for the same reasons as `createJob`. */
export async function checkDocuments(context: DocumentsContext, sources: BatchSources): Promise<void> {
  const issues = await documentIssues(context, sources, [...sources.checked.keys()]);
  if (issues.length > 0) throw refusal(issues);
}

function refusal(issues: InputIssue[]): RequestError {
  return new RequestError('BAD_USER_INPUT', { issues: issues.sort((a, b) => Number(a.path[2]) - Number(b.path[2])) });
}

async function readUploads({ database, tenantId }: DocumentsContext, checked: CheckedSource[]) {
  const ids = new Set(checked.flatMap((source) => ('uploadId' in source ? [source.uploadId] : [])));
  const rows = ids.size === 0 ? [] : await database.query<UploadState>(uploadStates, [[...ids], tenantId]);
  return new Map(rows.map((row) => [row.id, row]));
}

/** `indexes` has the item of each checked source. */
async function documentIssues(
  { database, tenantId }: DocumentsContext,
  { checked, uploads }: BatchSources,
  indexes: number[],
): Promise<InputIssue[]> {
  const ids = new Set(checked.flatMap((source) => ('jobId' in source ? [source.jobId] : [])));
  const rows =
    ids.size === 0
      ? []
      : await database.query<ExistingJob & Record<string, unknown>>(existingJobs, [[...ids], tenantId]);
  const jobs = new Map(rows.map(({ id, expired }) => [id, expired]));
  return checked.flatMap((source, place): InputIssue[] => {
    const index = indexes[place] ?? place;
    if ('jobId' in source && !jobs.has(source.jobId)) {
      return [{ path: pathOf(index, 'job'), code: 'NOT_FOUND', message: 'There is no such job.' }];
    }
    if ('jobId' in source && jobs.get(source.jobId)) {
      const { message } = new RequestError('DOCUMENT_EXPIRED');
      return [{ path: pathOf(index, 'job'), code: 'DOCUMENT_EXPIRED', message }];
    }
    const code = 'uploadId' in source ? uploadProblem(uploads.get(source.uploadId)) : null;
    return code === null ? [] : [{ path: pathOf(index, 'upload'), code, message: new RequestError(code).message }];
  });
}

/** Returns the SHA-256 of a source's bytes if it is known without a download, else null. */
export async function knownHash(source: CheckedSource | undefined, { uploads }: BatchSources): Promise<string | null> {
  if (source === undefined) return null;
  if ('uploadId' in source) return uploads.get(source.uploadId)?.sha256 ?? null;
  if (!('base64' in source)) return null;
  const hash = createHash('sha256');
  for await (const part of decodeBase64(source.base64)) hash.update(part);
  return hash.digest('hex');
}

/** Stores the bytes sent with the request; returns the jobs' sources in the order of the items. */
export async function storeSources(context: DocumentsContext, { checked }: BatchSources): Promise<SourceOfJob[]> {
  const stored: { index: number; source: SourceOfJob }[] = [];
  const queue = checked.entries();
  async function work(): Promise<void> {
    for (const [index, source] of queue) stored.push({ index, source: await storeSource(context, source) });
  }
  const results = await Promise.allSettled(Array.from({ length: storing }, work));
  const inOrder = stored.sort((a, b) => a.index - b.index).map(({ source }) => source);
  const failed = results.find((result) => result.status === 'rejected');
  if (failed === undefined) return inOrder;
  await discardSources(context, inOrder);
  throw failed.reason;
}

export async function discardSources(context: DocumentsContext, sources: SourceOfJob[]): Promise<void> {
  for (const source of sources) await discardSource(context, source);
}
