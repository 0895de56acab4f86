import type { Database } from '../../connections/database.ts';
import { fileStem } from '../../connections/filename.ts';
import type { Batch } from '../../connections/prisma/client.ts';
import { RequestError } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import { ResultGoneError } from '../../results/page-parts.ts';
import { type DownloadFile, files, type ResultFormat } from './download.ts';
import { markdownFile, pageLines, stemOf } from './job-file.ts';
import { batchRecord, failureRecord, jobRecord, jobSelection, type ListedJob, resultRecord } from './records.ts';
import { uniqueNames, type ZipEntry, zip } from './zip.ts';

/** Refuses formats that batches do not support: a single text or JSON of thousands of documents is not useful. */
export function checkBatchFormat(format: ResultFormat): asserts format is 'NDJSON' | 'ZIP' {
  if (format === 'NDJSON' || format === 'ZIP') return;
  const message = 'a batch can be downloaded as NDJSON or ZIP; the other formats are for single jobs';
  throw new RequestError('BAD_USER_INPUT', { issues: [{ path: ['format'], code: 'UNSUPPORTED', message }] });
}

/** The current jobs of a batch, with the pages of COMPLETED ones. */
export async function batchFile(database: Database, id: string, format: ResultFormat): Promise<DownloadFile> {
  checkBatchFormat(format);
  const batch = await database.prisma.batch.findUnique({ where: { id } });
  if (batch === null) throw new RequestError('NOT_FOUND', { message: 'There is no such batch.' });
  return {
    filename: `${fileStem(batch.name ?? '') ?? encodeId('batch', id)}.${files[format].extension}`,
    contentType: files[format].contentType,
    bytes: null,
    content: () => (format === 'NDJSON' ? ndjson(database, batch) : zip(entriesOf(database, batch))),
  };
}

/** Jobs read at a time: their metadata, which may include a long outline, but no pages. */
const partJobs = 20;

/** Yields the jobs in the order of their items, without deleted ones; throws if one is deleted meanwhile. */
async function* readJobs(database: Database, batch: Batch): AsyncGenerator<ListedJob, void, undefined> {
  const expected = await database.prisma.job.count({ where: { batchId: batch.id } });
  let seen = 0;
  let after = -1;
  for (;;) {
    const jobs: ListedJob[] = await database.prisma.job.findMany({
      where: { batchId: batch.id, batchIndex: { gt: after } },
      orderBy: { batchIndex: 'asc' },
      take: partJobs,
      select: jobSelection,
    });
    yield* jobs;
    seen += jobs.length;
    const last = jobs.at(-1)?.batchIndex;
    if (last == null) break;
    after = last;
  }
  if (seen !== expected) throw new ResultGoneError();
}

/** One line for the batch, one per job and one per page, so that no line grows with the length of a document. */
async function* ndjson(database: Database, batch: Batch): AsyncGenerator<string> {
  yield line({ type: 'batch', ...batchRecord(batch) });
  for await (const job of readJobs(database, batch)) {
    yield line(listedJob(job));
    if (job.status !== 'COMPLETED') continue;
    const jobId = encodeId('job', job.id);
    yield* pageLines(database, job, { type: 'page', jobId });
  }
}

function listedJob(job: ListedJob) {
  const { id, ...record } = jobRecord(job);
  const { batchIndex, status } = job;
  const result = status === 'COMPLETED' ? resultRecord(job) : null;
  return { type: 'job', id, batchIndex, status, ...record, failure: failureRecord(job), result };
}

function line(record: object): string {
  return `${JSON.stringify(record)}\n`;
}

/** The index comes first, because it determines the files. */
async function* entriesOf(database: Database, batch: Batch): AsyncGenerator<ZipEntry> {
  const listed: (Pick<ListedJob, 'id' | 'revision'> & { path: string; modifiedAt: Date })[] = [];
  const nameOf = uniqueNames();

  async function* index(): AsyncGenerator<string> {
    yield line({ type: 'batch', ...batchRecord(batch) });
    for await (const job of readJobs(database, batch)) {
      const { id, revision, createdAt, finishedAt } = job;
      const path = job.status === 'COMPLETED' ? nameOf(stemOf(job), '.md') : null;
      if (path !== null) listed.push({ id, revision, path, modifiedAt: finishedAt ?? createdAt });
      yield line({ ...listedJob(job), file: path });
    }
  }

  yield { path: 'batch.ndjson', modifiedAt: batch.finishedAt ?? batch.foldedAt, content: index };
  for (const { path, modifiedAt, ...job } of listed) {
    yield { path, modifiedAt, content: () => markdownFile(database, job) };
  }
}
