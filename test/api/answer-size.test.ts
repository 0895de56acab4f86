import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type GraphqlAnswer, graphql, subscribe } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages, type Row } from './rows.ts';
import { accepted } from './submitting.ts';
import { watchTraffic } from './traffic.ts';

const mib = 1024 ** 2;

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Inserts a completed job. PostgreSQL generates Markdown of this size for each page. */
async function insertResult(pages: number, bytes = 1, name?: string): Promise<Row> {
  const row = await insertJob(service, { status: 'COMPLETED', name });
  const { database } = service.platform;
  await insertPages(service, row, Array(pages).fill(''));
  await database.query(`UPDATE pages SET markdown = repeat('x', $2) WHERE job_id = $1`, [row.uuid, bytes]);
  return row;
}

/** Replaces a JSON column of a job, or of its first page. */
async function set(table: 'pages' | 'jobs', { uuid }: Row, column: string, value: unknown): Promise<void> {
  const where = table === 'pages' ? 'job_id = $1 AND number = 1' : 'id = $1';
  const statement = `UPDATE ${table} SET ${column} = $2::jsonb WHERE ${where}`;
  await service.platform.database.query(statement, [uuid, JSON.stringify(value)]);
}

const ask = (query: string) => graphql(service.url, query);
const codes = ({ errors = [] }: GraphqlAnswer) => [...new Set(errors.map(({ extensions }) => extensions.code))];
const many = <T>(items: number, make: (index: number) => T) => Array.from({ length: items }, (_, index) => make(index));

describe('an answer', () => {
  it('holds at most 16 MiB of page text across all its lists', async () => {
    // Two jobs of 5 MiB each.
    const rows = [await insertResult(5, mib), await insertResult(5, mib)];
    const [first, second] = rows.map(({ id }) => id);
    const pages = 'pages { nodes { markdown } }';
    expect(codes(await ask(`{ a: job(id: "${first}") { ${pages} } b: job(id: "${second}") { ${pages} } }`))).toEqual(
      [],
    );
    const twice = 'pages { nodes { markdown } edges { node { markdown } } }';
    expect(codes(await ask(`{ a: job(id: "${first}") { ${twice} } }`))).toEqual([]);
    expect(codes(await ask(`{ a: job(id: "${first}") { ${twice} } b: job(id: "${second}") { ${twice} } }`))).toEqual([
      'RESULT_TOO_LARGE',
    ]);
    const list = '{ jobs(first: 2) { nodes { pages { nodes { markdown again: markdown } } } } }';
    expect(codes(await ask(list))).toEqual(['RESULT_TOO_LARGE']);
  });

  it('is refused before the oversized values are read', async () => {
    const { id } = await insertResult(100, mib);
    const query = `{ job(id: "${id}") { pages(first: 100) { nodes { markdown } } } }`;
    const { bytesRead } = await watchTraffic(async () => {
      expect(codes(await ask(query))).toEqual(['RESULT_TOO_LARGE']);
    });
    expect(bytesRead).toBeLessThan(17 * mib);
  });

  it('counts JSON too', async () => {
    const metadata = { text: 'm'.repeat(1.5 * mib) };
    for (const _ of many(12, () => null)) {
      const row = await insertResult(1, 1, 'with much metadata');
      await set('jobs', row, 'metadata', metadata);
    }
    const list = (first: number) => `{ jobs(first: ${first}, filter: { name: "much" }) { nodes { metadata } } }`;
    expect(codes(await ask(list(10)))).toEqual([]);
    expect(codes(await ask(list(12)))).toEqual(['RESULT_TOO_LARGE']);
  });

  it('counts the small columns of long lists too', async () => {
    const { prisma } = service.platform.database;
    const row = await insertJob(service, { status: 'COMPLETED', name: 'from afar' });
    const url = `https://example.com/${'a'.repeat(4_000)}`;
    await prisma.source.update({ where: { id: row.sourceUuid }, data: { url } });
    await prisma.job.createMany({
      data: many(99, () => ({
        id: crypto.randomUUID(),
        tenantId: '00000000-0000-7000-8000-000000000001',
        name: 'from afar',
        sourceId: row.sourceUuid,
        claimOrder: new Date(),
        maxRetries: 3,
        priority: 5,
        options: {},
      })),
    });
    const list = (alias: string) => `${alias}: jobs(first: 100, filter: { name: "afar" }) { nodes { source { url } } }`;
    const lists = (number: number) => `{ ${many(number, (index) => list(`a${index}`)).join(' ')} }`;
    expect(codes(await ask(lists(20)))).toEqual([]);
    expect(codes(await ask(lists(50)))).toEqual(['RESULT_TOO_LARGE']);
  });

  it('has a separate budget for each event of a subscription', async () => {
    const { id } = await insertResult(3, 3 * mib);
    const query = `subscription { jobProgress(id: "${id}") { job { pages { nodes { markdown } } } } }`;
    for (const _ of [1, 2]) {
      for await (const event of subscribe(service.url, query)) expect(codes(event)).toEqual([]);
    }
  });
});

describe('a list of a page or a document', () => {
  it('is cut after 2,000 items', async () => {
    const row = await insertResult(1);
    await set(
      'pages',
      row,
      'links',
      many(20_000, (index) => ({ text: null, url: `https://example.com/${index}` })),
    );
    const { job } = accepted(await ask(`{ job(id: "${row.id}") { pages { nodes { links { url } } } } }`));
    const [{ links }] = job.pages.nodes;
    expect(links).toHaveLength(2_000);
    expect(links.at(-1)).toEqual({ url: 'https://example.com/1999' });
  });

  it('is RESULT_TOO_LARGE above 2 MiB of JSON', async () => {
    const row = await insertResult(2);
    await set(
      'pages',
      row,
      'links',
      many(2_000, (index) => ({ url: `https://example.com/${'x'.repeat(1_100)}${index}` })),
    );
    const answer = await ask(`{ job(id: "${row.id}") { result { page(number: 1) { links { url } } } } }`);
    expect(codes(answer)).toEqual(['RESULT_TOO_LARGE']);
    const other = await ask(`{ job(id: "${row.id}") { result { page(number: 2) { links { url } } } } }`);
    expect(accepted(other).job.result.page.links).toEqual([]);
  });
});
