import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages, type Row } from './rows.ts';
import { accepted, refused } from './submitting.ts';

let service: Service;
let row: Row;
const box = { x: 1, y: 2, width: 3, height: 4 };
const many = <T>(make: (index: number) => T) => Array.from({ length: 45 }, (_, index) => make(index));
const lists = {
  links: many((index) => ({ text: `link ${index}`, url: null, pageNumber: 1 })),
  details: {
    hidden: many((index) => ({ reason: 'TINY', text: `hidden ${index}` })),
    annotations: many((index) => ({ ...box, kind: 'Stamp', text: `note ${index}` })),
    formFields: many((index) => ({
      ...box,
      name: `field ${index}`,
      kind: 'CHOICE',
      checked: null,
      options: Array.from({ length: 1_500 }, (_, option) => `option ${option}`),
      readOnly: false,
    })),
    blocks: many((index) => ({ ...box, kind: 'PARAGRAPH', text: `block ${index}`, level: null, rows: null })),
  },
};

beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
  row = await insertJob(service, { status: 'COMPLETED' });
  await insertPages(service, row, ['the only page']);
  const { prisma } = service.platform.database;
  await prisma.page.update({ where: { jobId_number: { jobId: row.uuid, number: 1 } }, data: lists });
  const outline = many((index) => ({ title: `chapter ${index}`, depth: 0, pageNumber: 1 }));
  const { document } = await prisma.job.findUniqueOrThrow({ where: { id: row.uuid } });
  await prisma.job.update({ where: { id: row.uuid }, data: { document: Object.assign({}, document, { outline }) } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function onPage(fields: string) {
  return accepted(await graphql(service.url, `{ job(id: "${row.id}") { result { page(number: 1) { ${fields} } } } }`))
    .job.result.page;
}

describe('the connection of a list of a page', () => {
  it.each([
    ['linksConnection', 'text', 'link'],
    ['annotationsConnection', 'text', 'note'],
    ['formFieldsConnection', 'name', 'field'],
    ['blocksConnection', 'text', 'block'],
    ['hiddenTextConnection', 'text', 'hidden'],
  ])('is read page by page: %s', async (connection, field, word) => {
    const seen: string[] = [];
    let after = 'null';
    for (const hasNextPage of [true, true, false]) {
      const part = (
        await onPage(`list: ${connection}(after: ${after}) { totalCount nodes { ${field} }
          edges { cursor node { ${field} } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }`)
      ).list;
      expect(part.totalCount).toBe(45);
      expect(part.pageInfo).toEqual({
        hasNextPage,
        hasPreviousPage: seen.length > 0,
        startCursor: part.edges[0].cursor,
        endCursor: part.edges.at(-1).cursor,
      });
      expect(part.edges.map(({ node }: { node: object }) => node)).toEqual(part.nodes);
      seen.push(...part.nodes.map((node: Record<string, string>) => node[field]));
      after = JSON.stringify(part.pageInfo.endCursor);
    }
    expect(seen).toEqual(many((index) => `${word} ${index}`));
  });

  it('is empty after its end and for first: 0', async () => {
    const page = await onPage(`end: linksConnection(after: "44") { nodes { text } pageInfo { hasNextPage endCursor } }
      beyond: linksConnection(after: "999999999") { nodes { text } totalCount }
      none: linksConnection(first: 0) { nodes { text } pageInfo { hasNextPage hasPreviousPage } }`);
    expect(page).toEqual({
      end: { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } },
      beyond: { nodes: [], totalCount: 45 },
      none: { nodes: [], pageInfo: { hasNextPage: true, hasPreviousPage: false } },
    });
  });

  it.each([
    ['first: -1', 'first OUT_OF_RANGE'],
    ['first: 101', 'first OUT_OF_RANGE'],
    ['after: "x"', 'after INVALID_CURSOR'],
    ['after: "-1"', 'after INVALID_CURSOR'],
    ['after: "9999999999"', 'after INVALID_CURSOR'],
  ])('refuses %s', async (args, issue) => {
    const query = `{ job(id: "${row.id}") { pages { nodes { linksConnection(${args}) { totalCount } } } } }`;
    const { code, issues = [] } = refused(await graphql(service.url, query)).extensions;
    expect([code, issues.map((each) => `${each.path.join('.')} ${each.code}`)]).toEqual(['BAD_USER_INPUT', [issue]]);
  });
});

describe('the outline of a document', () => {
  it('is a list, and also a connection that pages through it', async () => {
    const query = `{ job(id: "${row.id}") { result { outline { title }
      outlineConnection(first: 2, after: "41") { totalCount nodes { title pageNumber } pageInfo { hasNextPage } } } } }`;
    const { result } = accepted(await graphql(service.url, query)).job;
    expect(result.outline).toHaveLength(45);
    expect(result.outlineConnection).toEqual({
      totalCount: 45,
      nodes: [42, 43].map((index) => ({ title: `chapter ${index}`, pageNumber: 1 })),
      pageInfo: { hasNextPage: true },
    });
  });
});

describe('an item of a list', () => {
  it('maps any annotation kind to an enum value', async () => {
    const names = ['Text', 'FreeText', 'StrikeOut', 'strikeout', '3D', 'RichMedia', 'Nonsense', '__proto__', ''];
    const { prisma } = service.platform.database;
    const other = await insertJob(service, { status: 'COMPLETED' });
    await insertPages(service, other, ['']);
    const details = { annotations: names.map((kind) => ({ ...box, kind })) };
    await prisma.page.update({ where: { jobId_number: { jobId: other.uuid, number: 1 } }, data: { details } });
    const query = `{ job(id: "${other.id}") { pages { nodes { annotations { kind } } } } }`;
    const [page] = accepted(await graphql(service.url, query)).job.pages.nodes;
    expect(page.annotations.map(({ kind }: { kind: string }) => kind)).toEqual([
      'TEXT',
      'FREE_TEXT',
      'STRIKEOUT',
      'STRIKEOUT',
      'THREE_D',
      'RICH_MEDIA',
      'OTHER',
      'OTHER',
      'OTHER',
    ]);
  });

  it('has the first thousand options of a form field', async () => {
    const { formFields } = await onPage('formFields { options }');
    expect(formFields[0].options).toHaveLength(1_000);
  });
});
