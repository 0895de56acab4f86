import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeId, encodeId } from '../../src/ids.ts';
import { insertJob, type Row } from '../api/rows.ts';
import { remove } from '../api/submitting.ts';
import { submittedBatch } from '../batches/batching.ts';
import { type Service, startService } from '../service.ts';
import { downloadOf } from './fetching.ts';

const MiB = 1024 ** 2;

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const pageBytes = 48 * 1024;
const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';

/** Inserts pages that deflate can hardly compress: its window does not reach back to the previous page. */
async function insertLargePages({ uuid }: Pick<Row, 'uuid'>, count: number): Promise<void> {
  // A single word, too long for the search index.
  const content = randomBytes(pageBytes)
    .toString('latin1')
    .replace(/./gs, (byte) => letters[byte.charCodeAt(0) % letters.length] ?? '');
  for (let first = 1; first <= count; first += 100) {
    await service.platform.database.query(
      `INSERT INTO pages (job_id, tenant_id, number, width, height, rotation, text, markdown, links)
       SELECT j.id, j.tenant_id, n, 595, 842, 0, $4, $4, '[]' FROM jobs j, generate_series($2::int, $3::int) n WHERE j.id = $1`,
      [uuid, first, Math.min(count, first + 99), content],
    );
  }
}

async function open(url: string): Promise<IncomingMessage> {
  const [response] = await once(get(url), 'response');
  return response;
}

/** Reads at least this many bytes, then stops. */
async function take(response: IncomingMessage, least: number): Promise<void> {
  for (let taken = 0; taken < least; await once(response, 'readable')) {
    for (let chunk = response.read(); chunk !== null; chunk = response.read()) taken += chunk.length;
  }
}

/** Reads until the end; `complete` is false if the connection broke. */
async function drain(response: IncomingMessage): Promise<{ bytes: number; complete: boolean }> {
  let bytes = 0;
  try {
    for await (const chunk of response) bytes += chunk.length;
  } catch {
    return { bytes, complete: false };
  }
  return { bytes, complete: response.complete };
}

describe('a download of many megabytes', () => {
  it.each(['TEXT', 'MARKDOWN', 'JSON', 'NDJSON', 'ZIP'])(
    'as %s reads rows only as fast as the client, and breaks off when they are deleted meanwhile',
    async (format) => {
      const row = await insertJob(service, { status: 'COMPLETED' });
      await insertLargePages(row, 600);
      const response = await open((await downloadOf(service, row.id, format)).url);
      await take(response, 1);
      // The client has stopped reading: rows that are not buffered by now are never read.
      await remove(service, row.id);
      const { bytes, complete } = await drain(response);
      expect(complete).toBe(false);
      expect(bytes).toBeGreaterThan(0);
      expect(bytes).toBeLessThan(16 * MiB);
    },
  );

  it('of a batch breaks off when a job is deleted before it is read', async () => {
    const items = Array.from({ length: 60 }, () => ({ source: { url: 'https://example.com/a.pdf' } }));
    const { prisma } = service.platform.database;
    for (const format of ['NDJSON', 'ZIP']) {
      const { id } = await submittedBatch(service, { items });
      const where = { batchId: decodeId('batch', id) };
      const [first, ...others] = await prisma.job.findMany({ where, orderBy: { batchIndex: 'asc' } });
      if (first === undefined) throw new Error('there are no jobs');
      const document = { pageCount: 1_000, metadata: {}, outline: [] };
      const done = { status: 'COMPLETED', document, percent: 100, finishedAt: new Date() } as const;
      await prisma.job.updateMany({ where, data: done });
      await insertLargePages({ uuid: first.id }, 250);
      const response = await open((await downloadOf(service, id, format)).url);
      await take(response, MiB);
      for (const row of others.slice(-1)) await remove(service, encodeId('job', row.id));
      const { bytes, complete } = await drain(response);
      expect(complete).toBe(false);
      expect(bytes).toBeGreaterThan(2 * MiB);
    }
  });

  it('arrives completely', async () => {
    const row = await insertJob(service, { status: 'COMPLETED' });
    await insertLargePages(row, 300);
    const { url, bytes } = await downloadOf(service, row.id, 'TEXT');
    expect(bytes).toBe(300 * pageBytes + 299);
    expect(await drain(await open(url))).toEqual({ bytes, complete: true });
  });
});
