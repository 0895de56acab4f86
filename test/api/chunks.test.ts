import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages } from './rows.ts';
import { accepted, refused } from './submitting.ts';

let service: Service;
let id: string;
const paragraph = (page: number, n: number) => `Paragraph ${n} of page ${page} is about bees and what they do all day.`;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  const row = await insertJob(service, { status: 'COMPLETED' });
  id = row.id;
  await insertPages(
    service,
    row,
    Array.from({ length: 40 }, () => 'x'),
  );
  const { database } = service.platform;
  for (let page = 1; page <= 40; page += 1) {
    const markdown = [page % 4 === 1 ? `# Part ${page}` : '', ...[1, 2, 3, 4].map((n) => paragraph(page, n))].join(
      '\n\n',
    );
    await database.query('UPDATE pages SET markdown = $3 WHERE job_id = $1 AND number = $2', [
      row.uuid,
      page,
      markdown,
    ]);
  }
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const query = `query ($id: ID!, $maxTokens: Int, $overlap: Int, $first: Int, $after: String) {
  job(id: $id) { result { chunks(maxTokens: $maxTokens, overlap: $overlap, first: $first, after: $after) {
    nodes { index text tokens headings firstPageNumber lastPageNumber } pageInfo { hasNextPage hasPreviousPage endCursor }
  } } }
}`;

async function chunks(args: Record<string, unknown>) {
  return accepted(await graphql(service.url, query, { id, ...args })).job.result.chunks;
}

describe('result.chunks', () => {
  it('are the same whether read at once or page by page', async () => {
    const args = { maxTokens: 100, overlap: 20 };
    const all = await chunks({ ...args, first: 100 });
    expect(all.nodes.length).toBeGreaterThan(30);
    expect(all.pageInfo.hasNextPage).toBe(false);
    expect(all.nodes[0]).toMatchObject({ index: 0, headings: ['Part 1'], firstPageNumber: 1 });
    expect(all.nodes.at(-1)).toMatchObject({ headings: ['Part 37'], lastPageNumber: 40 });
    const parts = [];
    let after: string | null = null;
    do {
      const part = await chunks({ ...args, first: 7, after });
      expect(part.pageInfo.hasPreviousPage).toBe(after !== null);
      parts.push(...part.nodes);
      after = part.pageInfo.hasNextPage ? part.pageInfo.endCursor : null;
    } while (after !== null);
    expect(parts).toEqual(all.nodes);
    expect((await chunks({ ...args, after: all.pageInfo.endCursor })).nodes).toEqual([]);
  });

  it('default to 512 tokens at most, twenty at a time', async () => {
    const { nodes } = await chunks({});
    expect(nodes.length).toBeLessThanOrEqual(20);
    for (const { tokens } of nodes) expect(tokens).toBeLessThanOrEqual(512);
  });

  it.each([
    [{ maxTokens: 31 }, 'maxTokens'],
    [{ maxTokens: 4_097 }, 'maxTokens'],
    [{ maxTokens: 100, overlap: 51 }, 'overlap'],
    [{ overlap: -1 }, 'overlap'],
    [{ first: 101 }, 'first'],
    [{ after: 'nonsense' }, 'after'],
  ])('are refused for %j', async (args, path) => {
    const error = refused(await graphql(service.url, query, { id, ...args }));
    expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: [path] }] });
  });

  it('refuse a cursor made with other arguments', async () => {
    const { pageInfo } = await chunks({ maxTokens: 100, first: 1 });
    const error = refused(await graphql(service.url, query, { id, maxTokens: 101, after: pageInfo.endCursor }));
    expect(error.extensions).toMatchObject({ issues: [{ path: ['after'] }] });
  });

  it('refuse a cursor from another result, whose headings differ', async () => {
    const other = await insertJob(service, { status: 'COMPLETED' });
    await insertPages(service, other, ['x', 'x']);
    const { pageInfo } = await chunks({ maxTokens: 100, first: 1 });
    const variables = { id: other.id, maxTokens: 100, after: pageInfo.endCursor };
    const error = refused(await graphql(service.url, query, variables));
    expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['after'] }] });
  });

  it.each(['index', 'page', 'start', 'overlapPage', 'overlapStart'])(
    'refuse a cursor whose %s is beyond any document',
    async (field) => {
      const { pageInfo } = await chunks({ first: 1 });
      const [args, next] = JSON.parse(Buffer.from(pageInfo.endCursor, 'base64url').toString());
      for (const number of [2 ** 31, Number.MAX_SAFE_INTEGER]) {
        const after = Buffer.from(JSON.stringify([args, { ...next, [field]: number }])).toString('base64url');
        const error = refused(await graphql(service.url, query, { id, after }));
        expect(error.extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['after'] }] });
      }
    },
  );
});
