import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openDatabase } from '../../src/connections/database.ts';
import { asTenant } from '../../src/connections/postgres/tenant.ts';
import { newUuid } from '../../src/ids.ts';
import { searchPages } from '../../src/jobs/search.ts';
import { enough } from '../../src/jobs/sql/search-pages.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages, insertTenant, type Row } from './rows.ts';
import { accepted } from './submitting.ts';

/** More pages than a search ranks, or reads one by one. */
let service: Service;
let newest: Row;
let oldest: Row;

beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  const job = (name: string, createdAt: string) => insertJob(service, { status: 'COMPLETED', name, createdAt });
  await insertPages(service, await job('ancient', '2019-01-01T00:00:00Z'), ['A griffin.']);
  oldest = await job('oldest', '2020-01-01T00:00:00Z');
  await insertPages(service, oldest, [
    'A unicorn of the meadow. The heather blooms; bees hum.',
    ...Array.from({ length: enough }, (_, n) => `In the heather bees hum, says line ${n}. Heather, heather.`),
  ]);
  newest = await job('newest', '2021-01-01T00:00:00Z');
  await insertPages(
    service,
    newest,
    Array.from({ length: enough }, (_, n) => `The bees fly ${n % 2 === 0 ? 'and bees hum' : ''}.`),
  );
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const query = `query ($query: String!, $filter: JobFilter, $after: String) {
  searchPages(query: $query, filter: $filter, first: 100, after: $after) {
    complete pageInfo { hasNextPage endCursor } nodes { job { id } page { number text } } edges { node { again: page { markdown } } } } }`;

async function search(text: string, filter: object | null = null, after: string | null = null) {
  const answer = accepted(await graphql(service.url, query, { query: text, filter, after })).searchPages;
  const { complete, nodes, edges, pageInfo } = answer;
  const pages = nodes.map(({ job, page }: { job: { id: string }; page: { number: number; text: string } }) => {
    return { job: job.id, ...page };
  });
  expect(edges.map(({ node }: { node: { again: { markdown: string } } }) => node.again.markdown)).toEqual(
    pages.map(({ text: each }: { text: string }) => each),
  );
  return { complete, pages, next: pageInfo.hasNextPage ? pageInfo.endCursor : null };
}

/** The numbers of all pages that a search finds, read a hundred at a time. */
async function searchThrough(text: string): Promise<number[]> {
  const numbers: number[] = [];
  let after: string | null = null;
  do {
    const { complete, pages, next } = await search(text, null, after);
    expect(complete).toBe(false);
    numbers.push(...pages.map(({ number }: { number: number }) => number));
    after = next;
  } while (after !== null);
  return numbers.sort((a, b) => a - b);
}

describe('searchPages in a large library', () => {
  it('finds a rare word on the oldest page', async () => {
    expect(await search('unicorn')).toMatchObject({ complete: true, pages: [{ job: oldest.id, number: 1 }] });
  });

  it('finds a rare phrase of frequent words on the oldest page', async () => {
    expect(await search('"blooms bees"')).toMatchObject({ complete: true, pages: [{ job: oldest.id, number: 1 }] });
    expect(await search('"meadow heather"')).toMatchObject({ complete: true, pages: [] });
  });

  it('excludes a phrase', async () => {
    expect((await search('unicorn -"heather blooms"')).pages).toEqual([]);
    expect((await search('unicorn -"blooms heather"')).pages).toHaveLength(1);
  });

  it('reports an incomplete result when it ranks only the newest pages', async () => {
    const { complete, pages } = await search('bees');
    expect(complete).toBe(false);
    expect(new Set(pages.map(({ job }: { job: string }) => job))).toEqual(new Set([newest.id]));
  });

  it('continues with older pages when the newest have no hit', async () => {
    const { complete, pages } = await search('heather');
    expect(complete).toBe(false);
    expect(pages).toHaveLength(100);
    expect(pages[0]).toMatchObject({ job: oldest.id });
  });

  it.each([
    ['found by the index', 'heather'],
    ['read one by one', 'bees'],
  ])('returns each of a thousand pages once when they are %s', async (_, word) => {
    expect(await searchThrough(word)).toEqual(Array.from({ length: enough }, (_, n) => n + 1));
  });

  it('finds a rare word only in jobs that match the filter', async () => {
    expect(await search('griffin')).toMatchObject({ complete: true, pages: [{ text: 'A griffin.' }] });
    const left = { createdAfter: '2019-06-01T00:00:00Z' };
    expect(await search('griffin', left)).toMatchObject({ complete: true, pages: [] });
    expect(await search('unicorn', left)).toMatchObject({ complete: true, pages: [{ job: oldest.id }] });
  });

  it('searches all pages of the jobs that match the filter', async () => {
    expect(await search('bees -hum', { name: 'newest' })).toMatchObject({ complete: true });
    expect((await search('bees', { name: 'oldest', createdAfter: '2020-06-01T00:00:00Z' })).pages).toEqual([]);
  });

  it('returns nothing to another tenant', async () => {
    const reads = service.platform.pools.api?.reads;
    if (reads === undefined) throw new Error('there are no pools for the API');
    const tenantId = await insertTenant(service, 'other');
    for (const text of ['bees', 'unicorn', '"bees hum"']) {
      const query = { query: text, filter: { tenantId }, limit: 20, after: null };
      const found = await asTenant(tenantId, () => searchPages(reads, query));
      expect(found).toEqual({ hits: [], complete: true });
    }
  });

  it('is not a prepared statement, so that each query is planned for its own filter', async () => {
    await using database = openDatabase({
      url: service.config.databaseUrl ?? '',
      size: 1,
      name: 'test',
      logger: createLogger({ logLevel: 'fatal' }, 'test'),
    });
    const one = { query: 'bees', filter: { tenantId: newUuid() }, limit: 20, after: null };
    await searchPages(database, one);
    expect(await database.query('SELECT name FROM pg_prepared_statements WHERE statement ~ $1', ['ts_rank'])).toEqual(
      [],
    );
  });
});
