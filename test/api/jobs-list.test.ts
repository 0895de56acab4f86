import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, type Row } from './rows.ts';
import { accepted, refused, remove } from './submitting.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const query = `query ($first: Int, $after: String, $last: Int, $before: String, $filter: JobFilter) {
  jobs(first: $first, after: $after, last: $last, before: $before, filter: $filter) {
    totalCount totalCountExact
    nodes { id name }
    edges { cursor node { id } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

async function list(variables: Record<string, unknown> = {}) {
  return accepted(await graphql(service.url, query, variables)).jobs;
}

async function names(filter: Record<string, unknown>): Promise<string[]> {
  return (await list({ filter })).nodes.map(({ name }: { name: string }) => name).sort();
}

async function issuesOf(variables: Record<string, unknown>) {
  const { code, issues } = refused(await graphql(service.url, query, variables)).extensions;
  expect(code).toBe('BAD_USER_INPUT');
  return issues?.map(({ path, code: each }) => `${path.join('.')} ${each}`);
}

describe('jobs', () => {
  it('is an empty list without jobs', async () => {
    expect(await list()).toEqual({
      totalCount: 0,
      totalCountExact: true,
      nodes: [],
      edges: [],
      pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
    });
  });
});

describe('the pages of jobs', () => {
  /** Newest first, as listed. Pairs of jobs were created in the same millisecond. */
  let rows: Row[];
  const filter = { name: 'paged' };
  beforeAll(async () => {
    rows = [];
    for (let n = 0; n < 25; n += 1) {
      rows.push(
        await insertJob(service, {
          name: `paged ${n}`,
          createdAt: new Date(1_700_000_000_000 + Math.floor(n / 2) * 1000),
        }),
      );
    }
    rows.reverse();
  });

  const ids = (from: number, to: number) => rows.slice(from, to).map(({ id }) => id);
  const idsOf = (connection: { nodes: Row[] }) => connection.nodes.map(({ id }) => id);

  it('are newest first, 20 jobs by default, and include the total count', async () => {
    const page = await list({ filter });
    expect(idsOf(page)).toEqual(ids(0, 20));
    expect(page.edges.map(({ node }: { node: Row }) => node.id)).toEqual(ids(0, 20));
    expect(page).toMatchObject({
      totalCount: 25,
      totalCountExact: true,
      pageInfo: { hasNextPage: true, hasPreviousPage: false },
    });
  });

  it('go forward to the end without a gap or a duplicate', async () => {
    const seen: string[] = [];
    let after: string | null = null;
    do {
      const page = await list({ filter, first: 7, after });
      seen.push(...idsOf(page));
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toEqual(ids(0, 25));
  });

  it('go backward to the start without a gap or a duplicate', async () => {
    const seen: string[] = [];
    let before: string | null = null;
    do {
      const page = await list({ filter, last: 7, before });
      seen.unshift(...idsOf(page));
      before = page.pageInfo.hasPreviousPage ? page.pageInfo.startCursor : null;
    } while (before !== null);
    expect(seen).toEqual(ids(0, 25));
  });

  it('can be bounded on both sides', async () => {
    const { edges } = await list({ filter, first: 25 });
    const between = await list({ filter, after: edges[2].cursor, before: edges[6].cursor });
    expect(idsOf(between)).toEqual(ids(3, 6));
    expect(idsOf(await list({ filter, last: 2, after: edges[2].cursor, before: edges[6].cursor }))).toEqual(ids(4, 6));
  });

  it('are empty for first: 0', async () => {
    expect(await list({ filter, first: 0 })).toMatchObject({ totalCount: 25, nodes: [] });
  });

  it('stay stable while rows are added, deleted and change status', async () => {
    const { prisma } = service.platform.database;
    const pending = { ...filter, status: ['PENDING'] };
    const first = await list({ filter: pending, first: 10 });
    const { endCursor } = first.pageInfo;
    // The cursor's row and some before it leave the filter, one row is deleted, and a newer one is added.
    const gone = await insertJob(service, {
      name: 'paged, new',
      status: 'CANCELLED',
      createdAt: new Date(1_700_000_100_000),
    });
    await prisma.job.updateMany({
      where: { id: { in: rows.slice(5, 10).map(({ uuid }) => uuid) } },
      data: { status: 'CANCELLED', finishedAt: new Date() },
    });
    const cursorRow = rows[9];
    if (cursorRow) accepted(await remove(service, cursorRow.id));
    await insertJob(service, { name: 'paged, newer', createdAt: new Date(1_700_000_200_000) });
    expect(idsOf(await list({ filter: pending, first: 10, after: endCursor }))).toEqual(ids(10, 20));
    accepted(await remove(service, gone.id));
  });
});

describe('the filter of jobs', () => {
  beforeAll(async () => {
    await insertJob(service, {
      name: 'Invoice 100% March',
      status: 'COMPLETED',
      createdAt: new Date('2020-03-01T00:00:00Z'),
    });
    await insertJob(service, {
      name: 'invoice_april',
      status: 'FAILED',
      failureCode: 'NOT_A_PDF',
      createdAt: new Date('2020-04-01T00:00:00Z'),
    });
    await insertJob(service, {
      name: 'Invoice\\May',
      status: 'FAILED',
      failureCode: 'TIME_LIMIT',
      createdAt: new Date('2020-05-01T00:00:00Z'),
    });
  });
  const year = { createdBefore: '2021-01-01T00:00:00Z' };

  it.each([
    ['status', { status: ['FAILED', 'CANCELLED'] }, ['Invoice\\May', 'invoice_april']],
    ['no status at all', { status: [] }, []],
    ['name, case-insensitively', { name: 'INVOICE' }, ['Invoice 100% March', 'Invoice\\May', 'invoice_april']],
    ['a percent sign literally', { name: '0%' }, ['Invoice 100% March']],
    ['a lone percent sign literally', { name: '%' }, ['Invoice 100% March']],
    ['an underscore literally', { name: 'e_a' }, ['invoice_april']],
    ['a backslash literally', { name: 'e\\M' }, ['Invoice\\May']],
    ['failure code', { failureCode: ['NOT_A_PDF', 'INTERNAL'] }, ['invoice_april']],
    ['accepted at or after', { createdAfter: '2020-05-01T00:00:00Z' }, ['Invoice\\May']],
    ['accepted before', { createdBefore: '2020-04-01T00:00:00Z' }, ['Invoice 100% March']],
    ['all of them together', { status: ['FAILED'], name: 'may', failureCode: ['TIME_LIMIT'] }, ['Invoice\\May']],
    [
      'null as absent',
      { status: null, name: null, failureCode: null, createdAfter: null },
      ['Invoice 100% March', 'Invoice\\May', 'invoice_april'],
    ],
  ])('takes %s', async (_, filter, expected) => {
    expect(await names({ ...year, ...filter })).toEqual(expected);
    expect((await list({ filter: { ...year, ...filter } })).totalCount).toBe(expected.length);
  });

  it('refuses a name that cannot be stored', async () => {
    expect(await issuesOf({ filter: { name: 'a\0b' } })).toEqual(['filter.name INVALID_TEXT']);
  });

  it('refuses an unknown status', async () => {
    const { errors } = await graphql(service.url, query, { filter: { status: ['DONE'] } });
    expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  });
});

describe('invalid arguments of jobs', () => {
  it.each([
    [{ first: -1 }, ['first OUT_OF_RANGE']],
    [{ first: 101 }, ['first OUT_OF_RANGE']],
    [{ last: 1_000_000 }, ['last OUT_OF_RANGE']],
    [{ first: 1, last: 1 }, ['last CONFLICT']],
    [{ after: 'x' }, ['after INVALID_CURSOR']],
    [{ after: '' }, ['after INVALID_CURSOR']],
    [{ before: '1700000000000_------------------------------------' }, ['before INVALID_CURSOR']],
    [{ after: '9999999999999999_018f0000-0000-7000-8000-000000000000' }, ['after INVALID_CURSOR']],
    [
      { first: 500, last: -1, after: 'x', before: 'y' },
      ['first OUT_OF_RANGE', 'last OUT_OF_RANGE', 'last CONFLICT', 'after INVALID_CURSOR', 'before INVALID_CURSOR'],
    ],
  ])('are all reported: %j', async (variables, expected) => {
    expect(await issuesOf(variables)).toEqual(expected);
  });
});
