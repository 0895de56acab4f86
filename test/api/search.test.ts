import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { encodeId, newUuid } from '../../src/ids.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages, type Row } from './rows.ts';
import { accepted, endedJob, inline, refused, submit } from './submitting.ts';

let service: Service;
/** One job mentions the word often, the other once. */
let honey: Row;
const honeyBatch = newUuid();
let mention: Row;

const filler = 'Nothing of note happened on that day, and the keepers went home early to mend their tools. '.repeat(8);

beforeAll(async () => {
  service = await startService();
  await service.platform.database.prisma.batch.create({
    data: { id: honeyBatch, tenantId: defaultTenantId, total: 1, pending: 1 },
  });
  honey = await insertJob(service, {
    status: 'COMPLETED',
    name: 'honey book',
    batchId: honeyBatch,
    batchIndex: 0,
    createdAt: new Date('2020-01-01T00:00:00Z'),
  });
  await insertPages(service, honey, [
    'Zitronella honey, honey and honey: zitronella honeys of all kinds.',
    `${filler} The zitronella stands\n\n beside   the hive. ${filler}`,
    'Foragers dance; the waggle dance tells where.',
  ]);
  mention = await insertJob(service, { status: 'COMPLETED', name: 'diary' });
  await insertPages(service, mention, [
    `${filler} One jar of zitronella. ${filler}`,
    'Der Bär mag Überraschungen. 蜜蜂 花',
    'Ann <ann@apiary.example> said: “Smoke—gently!” The keeper’s rule… either/neither; see queen_rearing and Map<Brood, Cell[]> of 2024-11-28.',
    '养蜂人说：“工蜂采集花粉。”然后回家。日本語の検索もできます。ภาษาไทยก็ได้🐝wax',
  ]);
  for (const status of ['PENDING', 'FAILED', 'CANCELLED'] as const) {
    await insertPages(service, await insertJob(service, { status }), ['A zitronella that must not be found.']);
  }
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const query = `query ($query: String!, $first: Int, $after: String, $filter: JobFilter) {
  searchPages(query: $query, first: $first, after: $after, filter: $filter) {
    nodes { job { id name } page { number text } score snippet highlights { start end } }
    edges { cursor node { score } }
    pageInfo { hasNextPage hasPreviousPage endCursor }
  }
}`;

interface Hit {
  job: { id: string };
  page: { number: number; text: string };
  score: number;
  snippet: string;
  highlights: { start: number; end: number }[];
}

async function search(text: string, more: Record<string, unknown> = {}) {
  return accepted(await graphql(service.url, query, { query: text, ...more })).searchPages;
}

async function found(text: string, more: Record<string, unknown> = {}): Promise<string[]> {
  const { nodes } = await search(text, more);
  return nodes.map(({ job, page }: Hit) => `${job.id === honey.id ? 'honey' : 'diary'} ${page.number}`);
}

describe('searchPages', () => {
  it('ranks a page that mentions a word often above one that mentions it once', async () => {
    const { nodes } = await search('zitronella');
    expect(await found('zitronella')).toHaveLength(3);
    expect(nodes[0]).toMatchObject({ job: { id: honey.id }, page: { number: 1 } });
    const scores = nodes.map(({ score }: Hit) => score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(scores[1]);
  });

  it.each([
    ['all of several words', 'zitronella hive', ['honey 2']],
    ['a word by its stem, in any case', 'FORAGER', ['honey 3']],
    ['a phrase in quotes', '"waggle dance"', ['honey 3']],
    ['nothing for a phrase in another order', '"dance waggle"', []],
    ['either of two words', 'waggle or bär', ['diary 2', 'honey 3']],
    ['pages without an excluded word', 'zitronella -jar -hive', ['honey 1']],
    ['words with accents', 'überraschungen', ['diary 2']],
    ['words of other scripts', '蜜蜂', ['diary 2']],
    ['common words', '"where"', ['honey 3']],
    ['a word in typographic quotation marks', 'smoke', ['diary 3']],
    ['a word before a typographic apostrophe', 'keeper rule', ['diary 3']],
    ['a phrase across punctuation', '"smoke gently"', ['diary 3']],
    ['a phrase in typographic quotation marks', '“gently the keeper’s rule”', ['diary 3']],
    ['nothing for another order of that phrase', '“rule keeper”', []],
    ['words between angle brackets', 'brood cell', ['diary 3']],
    ['a whole email address', 'ann@apiary.example or honeycomb', ['diary 3']],
    ['the parts of an address', 'apiary', ['diary 3']],
    ['words joined by a slash or an underscore', 'either rearing', ['diary 3']],
    ['the joined form of such words', 'queen_rearing either/neither', ['diary 3']],
    ['a date and parts of it', '2024-11-28 11 28', ['diary 3']],
    ['words on both sides of a dash', 'smoke - rule', ['diary 3']],
    ['nothing when a part of a date is excluded', 'smoke -28', []],
    ['pages without an excluded phrase', 'smoke -"keeper rule"', ['diary 3']],
    ['nothing when a phrase with an apostrophe is excluded', 'smoke -"keeper’s rule"', []],
    ['Chinese words within a sentence', '工蜂 花粉', ['diary 4']],
    ['nothing for Chinese characters in another order', '粉花', []],
    ['nothing when a Chinese word of the page is excluded', '工蜂 -花粉', []],
    ['Japanese and Thai words within a sentence', '検索 ไทย', ['diary 4']],
    ['a word beside an emoji', 'wax', ['diary 4']],
  ])('finds %s', async (_, text, expected) => {
    expect((await found(text)).sort()).toEqual(expected);
  });

  it('marks the words in the snippet by its highlights', async () => {
    const [hit] = (await search('zitronella hive')).nodes as Hit[];
    const words = hit?.highlights.map(({ start, end }) => hit.snippet.slice(start, end));
    expect(words).toEqual(['zitronella', 'hive']);
    expect(hit?.snippet).toContain('The zitronella stands beside the hive.');
    expect(hit?.snippet).not.toMatch(/[\p{Cc}<>]/u);
    expect(hit?.snippet.length).toBeLessThan(600);
  });

  it('keeps punctuation in the snippet, and highlights a word of several characters as one', async () => {
    const [signs] = (await search('smoke brood')).nodes as Hit[];
    expect(signs?.page.text).toContain(signs?.snippet);
    expect(signs?.snippet).toContain(
      '“Smoke—gently!” The keeper’s rule… either/neither; see queen_rearing and Map<Brood, Cell',
    );
    const [chinese] = (await search('工蜂')).nodes as Hit[];
    expect(chinese?.page.text).toContain(chinese?.snippet);
    expect(chinese?.highlights.map(({ start, end }) => chinese.snippet.slice(start, end))).toEqual(['工蜂']);
  });

  it('finds the pages of a job once it is completed', async () => {
    const { id } = await submit(service, { source: await inline('many-pages') });
    await endedJob(service, id, 'status');
    const { nodes } = await search('"This is page 137 of 300"');
    expect(nodes).toHaveLength(1);
    expect(nodes[0]).toMatchObject({ job: { id }, page: { number: 137 } });
  });

  it('accepts the filter of jobs', async () => {
    expect(await found('zitronella', { filter: { name: 'DIARY' } })).toEqual(['diary 1']);
    expect(await found('zitronella', { filter: { createdBefore: '2021-01-01T00:00:00Z' } })).toEqual([
      'honey 1',
      'honey 2',
    ]);
    expect(await found('zitronella', { filter: { status: ['FAILED'] } })).toEqual([]);
    expect(await found('zitronella', { filter: { failureCode: ['INTERNAL'] } })).toEqual([]);
    expect(await found('zitronella', { filter: { batch: encodeId('batch', honeyBatch) } })).toHaveLength(2);
    for (const batch of [encodeId('batch', newUuid()), mention.id]) {
      expect(await found('zitronella', { filter: { batch } })).toEqual([]);
    }
  });

  it('paginates without a gap or a duplicate, even among equal scores', async () => {
    const many = await insertJob(service, { status: 'COMPLETED', name: 'many' });
    await insertPages(
      service,
      many,
      Array.from({ length: 45 }, (_, n) => `Quixotic page${n % 3 === 0 ? ' quixotic' : ''}.`),
    );
    const seen: number[] = [];
    let after: string | null = null;
    do {
      const page = await search('quixotic', { first: 8, after });
      seen.push(...page.nodes.map((hit: Hit) => hit.page.number));
      expect(page.pageInfo.hasPreviousPage).toBe(after !== null);
      after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
    } while (after !== null);
    expect(seen).toHaveLength(45);
    expect(new Set(seen).size).toBe(45);
    expect(seen.slice(0, 15).every((number) => (number - 1) % 3 === 0)).toBe(true);
    expect((await search('quixotic')).nodes).toHaveLength(20);
  });

  it.each([
    'a & b | !c <-> d:*',
    "'; DROP TABLE jobs; --",
    '"unclosed phrase',
    '🐝🐝🐝',
    'x'.repeat(500),
    'or or or',
    `zitronella ${'- '.repeat(100)}quagga`,
    `${'-'.repeat(200)} quagga`,
  ])('survives a hostile query (%j)', async (text) => {
    expect(await found(text)).toEqual([]);
  });

  it.each(['((((', '\\', '- - -', '!!!', '"" ""', '%_%', '-bee'])(
    'refuses a query without a searchable word (%j)',
    async (text) => {
      const { code, issues } = refused(await graphql(service.url, query, { query: text })).extensions;
      expect([code, issues]).toMatchObject(['BAD_USER_INPUT', [{ path: ['query'], code: 'NOT_SEARCHABLE' }]]);
    },
  );

  it.each([
    [{ query: '' }, 'query TOO_SHORT'],
    [{ query: '   ' }, 'query TOO_SHORT'],
    [{ query: 'x'.repeat(501) }, 'query TOO_LONG'],
    [{ query: 'a\0b' }, 'query INVALID_TEXT'],
    [{ query: '\ud800' }, 'query INVALID_TEXT'],
    [{ query: 'a', first: -1 }, 'first OUT_OF_RANGE'],
    [{ query: 'a', first: 101 }, 'first OUT_OF_RANGE'],
    [{ query: 'a', after: 'x' }, 'after INVALID_CURSOR'],
    [{ query: 'a', after: '...._018f0000-0000-7000-8000-000000000000_1' }, 'after INVALID_CURSOR'],
    [{ query: 'a', after: '0.1_------------------------------------_1' }, 'after INVALID_CURSOR'],
    [{ query: 'a', filter: { name: 'a\0' } }, 'filter.name INVALID_TEXT'],
  ])('refuses %j with the path of the argument', async (variables, expected) => {
    const { code, issues } = refused(await graphql(service.url, query, variables)).extensions;
    expect([code, ...(issues ?? []).map(({ path, code: each }) => `${path.join('.')} ${each}`)]).toEqual([
      'BAD_USER_INPUT',
      expected,
    ]);
  });
});
