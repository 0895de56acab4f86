import type { Database } from '../../connections/database.ts';
import { fileStem, splitFilename } from '../../connections/filename.ts';
import { RequestError } from '../../errors.ts';
import { encodeId } from '../../ids.ts';
import {
  type CompletedJob,
  measurePages,
  readPageColumn,
  readPageImages,
  readWholePages,
} from '../../results/page-parts.ts';
import type { PageColumn } from '../../results/sql/page-parts.ts';
import { storedDocument } from '../../results/stored-json.ts';
import type { ApiServices } from '../context.ts';
import { isKept, readAttachment } from './attachment-file.ts';
import { type DownloadFile, files, type ResultFormat } from './download.ts';
import { imageKinds, imageName, readImage } from './image-file.ts';
import { jobRecord, jobSelection, type ListedJob, pageRecord, resultRecord } from './records.ts';
import { uniqueNames, type ZipEntry, zip } from './zip.ts';

/** The result of a job as a file. NOT_FOUND if the job is gone or has no result. */
export async function jobFile(services: Services, id: string, format: ResultFormat): Promise<DownloadFile> {
  const { database } = services;
  const job = await database.prisma.job.findFirst({ where: { id, status: 'COMPLETED' }, select: jobSelection });
  if (job === null) throw new RequestError('NOT_FOUND', { message: 'There is no such result.' });
  const [bytes = null] = await jobFileBytes(database, [id], format);
  return {
    filename: `${stemOf(job)}.${files[format].extension}`,
    contentType: files[format].contentType,
    bytes,
    content: () => contents[format](services, job),
  };
}

/** The size of each job's file in bytes; null if it is not known before the file is generated. */
export async function jobFileBytes(
  database: Database,
  ids: readonly string[],
  format: ResultFormat,
): Promise<(number | null)[]> {
  if (format !== 'TEXT' && format !== 'MARKDOWN') return ids.map(() => null);
  const sizes = await measurePages(database, ids, format === 'TEXT' ? 'text' : 'markdown');
  return ids.map((id) => sizes.get(id) ?? 0);
}

/** The name of a file of this job: the job's name, else that of its document. */
export function stemOf({ id, name, source }: Pick<ListedJob, 'id' | 'name' | 'source'>): string {
  return fileStem(name ?? '') ?? fileStem(source.filename ?? '') ?? encodeId('job', id);
}

type Services = Pick<ApiServices, 'database' | 'storage'>;

const contents: Record<ResultFormat, (services: Services, job: ListedJob) => AsyncIterable<string | Buffer>> = {
  TEXT: ({ database }, job) => joined(database, job, 'text'),
  MARKDOWN: ({ database }, job) => joined(database, job, 'markdown'),
  JSON: ({ database }, job) => json(database, job),
  NDJSON: ({ database }, job) => pageLines(database, job, {}),
  ZIP: (services, job) => zip(entriesOf(services, job)),
};

/** The same bytes as `JobResult.text` and `JobResult.markdown`. */
async function* joined(database: Database, job: CompletedJob, column: PageColumn): AsyncGenerator<string> {
  let separator = '';
  for await (const pages of readPageColumn(database, job, column)) {
    yield separator + pages.join('\f');
    separator = '\f';
  }
}

/** Markdown to read and to parse: a form feed would hide the heading at the start of a page. */
export async function* markdownFile(database: Database, job: CompletedJob): AsyncGenerator<string> {
  let separator = '';
  for await (const pages of readPageColumn(database, job, 'markdown')) {
    yield separator + pages.map((page) => `${page.trimEnd()}\n`).join('\n');
    separator = '\n';
  }
}

async function* json(database: Database, job: ListedJob): AsyncGenerator<string> {
  const head = JSON.stringify({ job: jobRecord(job), ...resultRecord(job) });
  yield `${head.slice(0, -1)},"pages":[`;
  let separator = '\n';
  for await (const pages of readWholePages(database, job)) {
    yield separator + pages.map((page) => JSON.stringify(pageRecord(page))).join(',\n');
    separator = ',\n';
  }
  yield '\n]}\n';
}

/** One line per page, each with all its details. */
export async function* pageLines(database: Database, job: CompletedJob, more: object): AsyncGenerator<string> {
  for await (const pages of readWholePages(database, job)) {
    yield pages.map((page) => `${JSON.stringify({ ...more, ...pageRecord(page) })}\n`).join('');
  }
}

async function* entriesOf(services: Services, job: ListedJob): AsyncGenerator<ZipEntry> {
  const { database } = services;
  const modifiedAt = job.finishedAt ?? job.createdAt;
  yield { path: 'document.md', modifiedAt, content: () => markdownFile(database, job) };
  yield { path: 'document.txt', modifiedAt, content: () => joined(database, job, 'text') };
  yield { path: 'document.json', modifiedAt, content: () => json(database, job) };
  const document = storedDocument(job.document);
  const nameOf = uniqueNames();
  for (const attachment of document.attachments.filter(isKept)) {
    const { stem, extension } = splitFilename(attachment.name);
    const path = `attachments/${nameOf(stem ?? 'attachment', extension)}`;
    const content = async function* () {
      yield* await readAttachment(services, document, attachment);
    };
    yield { path, modifiedAt, content };
  }
  for await (const page of readPageImages(database, job)) {
    for (const kind of imageKinds) {
      const part = page.images[kind];
      if (part === null) continue;
      const path = `images/${imageName(page.number, kind, page.images.format)}`;
      const content = async function* () {
        yield* await readImage(services, page.images, part);
      };
      yield { path, modifiedAt, content, isPacked: true };
    }
  }
}
