import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import { isConnectionError } from '../connections/postgres/database-errors.ts';
import { RequestError } from '../errors.ts';
import { encodeId } from '../ids.ts';
import type { Job } from '../job-row/job.ts';
import { type Columns, readColumns } from './columns.ts';
import type { ArchiveContext } from './context.ts';
import { type ArchiveHeader, archiveFormat, newArchiveKey } from './file-format.ts';
import { keepDocument, moveToArchive } from './sql/archived-jobs.ts';
import { readAttemptLines, readJobLine, readPageLines } from './sql/lines.ts';

/** What a job must meet when it is archived; null for any final job. */
export interface ArchiveCondition {
  statuses: readonly Job['status'][] | null;
  /** As ISO 8601. */
  endedBy: string | null;
}

/**
 * Moves the rows of a final job to a file in the storage. Its document and its files stay where they are. If the process
 * dies, either the job is as before, and the janitor removes the file, or it is archived.
 */
export async function archiveJob(
  context: ArchiveContext,
  tenantId: string,
  id: string,
  { statuses, endedBy }: ArchiveCondition = { statuses: null, endedBy: null },
): Promise<void> {
  const { database, storage, logger } = context;
  const columns = await readColumns(database.query);
  const values = [id, tenantId, statuses === null ? null : [...statuses], endedBy];
  const [job] = await database.query<{ line: string; version: string }>(readJobLine(columns.jobs), values);
  if (job === undefined) throw await reasonAgainst(context, tenantId, id);
  const key = newArchiveKey(id);
  const counted = { pages: 0 };
  const { bytes, sha256 } = await storeLines(context, key, linesOf(context, id, job.line, columns, counted));
  const removeFile = () =>
    storage.remove(key).catch((error: unknown) => {
      logger.warn({ err: error, job: encodeId('job', id) }, 'a file was left behind; the janitor removes it');
    });
  try {
    const moved = await database.transaction(async (query) => {
      await query(keepDocument, [id, tenantId]);
      return await query(moveToArchive, [id, tenantId, job.version, counted.pages, key, bytes, sha256]);
    });
    if (moved.length > 0) return;
  } catch (error) {
    // Without an answer, the transaction may have been committed, and the row may name the file.
    if (!isConnectionError(error)) await removeFile();
    throw error;
  }
  await removeFile();
  throw await reasonAgainst(context, tenantId, id);
}

/** Yields the lines of a job's file, and counts its pages. */
async function* linesOf(
  { database }: ArchiveContext,
  id: string,
  jobLine: string,
  columns: Columns,
  counted: { pages: number },
): AsyncGenerator<string> {
  const names = (table: keyof Columns) => columns[table].map(({ name }) => name);
  const header: ArchiveHeader = {
    format: archiveFormat,
    job: id,
    columns: { jobs: names('jobs'), job_attempts: names('job_attempts'), pages: names('pages') },
  };
  yield JSON.stringify(header);
  yield jobLine;
  const attempts = await database.query<{ line: string }>(readAttemptLines(columns.job_attempts), [id]);
  for (const { line } of attempts) yield line;
  const readPages = readPageLines(columns.pages);
  for (let after = 0; ; ) {
    const pages = await database.query<{ line: string; number: number }>(readPages, [id, after]);
    for (const { line } of pages) yield line;
    counted.pages += pages.length;
    const last = pages.at(-1);
    if (last === undefined) return;
    after = last.number;
  }
}

async function storeLines({ storage }: ArchiveContext, key: string, lines: AsyncIterable<string>) {
  const gzip = createGzip();
  async function* ended() {
    for await (const line of lines) yield `${line}\n`;
  }
  // Its error also ends the reading of `gzip`.
  const compressed = pipeline(Readable.from(ended()), gzip).catch(() => undefined);
  try {
    return await storage.put(key, gzip, { maxBytes: Number.MAX_SAFE_INTEGER });
  } finally {
    gzip.destroy();
    await compressed;
  }
}

async function reasonAgainst({ database }: ArchiveContext, tenantId: string, id: string): Promise<RequestError> {
  const existing = await database.prisma.job.findFirst({ where: { id, tenantId }, select: { status: true } });
  if (existing === null) return new RequestError('NOT_FOUND', { message: 'There is no such job.' });
  return new RequestError('JOB_NOT_FINAL', {
    message: `The job is ${existing.status}. Cancel it or wait for its end before you archive it.`,
  });
}
