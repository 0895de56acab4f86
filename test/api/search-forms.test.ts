import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages } from './rows.ts';
import { accepted, endedJob, inline, submit } from './submitting.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
  const job = await insertJob(service, { status: 'COMPLETED', name: 'forms' });
  await insertPages(service, job, [
    // A combining accent, a ligature, soft hyphens, full-width letters, non-ASCII capitals and a zero-width space.
    'Cafe\u0301 o\uFB03ce, pro\u00ADpo\u00ADlis, \uFF34\uFF4F\uFF4B\uFF59\uFF4F, GR\u00DCN \u039C\u0395\u039B\u0399 by\u200Btes.',
    'Der B\u00E4r mag \u00DCberraschungen.',
  ]);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

interface Hit {
  job: { id: string };
  page: { number: number; text: string };
  snippet: string;
  highlights: { start: number; end: number }[];
}

const query = `query ($query: String!) {
  searchPages(query: $query) { nodes { job { id } page { number text } snippet highlights { start end } } }
}`;

async function search(text: string): Promise<Hit[]> {
  return accepted(await graphql(service.url, query, { query: text })).searchPages.nodes;
}

function markedIn({ snippet, highlights }: Hit): string[] {
  return highlights.map(({ start, end }) => snippet.slice(start, end));
}

describe('searchPages', () => {
  it.each([
    ['a letter with a combining accent on the page', 'caf\u00E9', 1],
    ['a letter with a combining accent in the query', 'u\u0308berraschungen', 2],
    ['a word with a ligature on the page', 'office', 1],
    ['a word with a ligature in the query', 'o\uFB03ce', 1],
    ['a word with soft hyphens on the page', 'propolis', 1],
    ['a word with soft hyphens in the query', 'pro\u00ADpolis', 1],
    ['full-width letters', 'tokyo', 1],
    ['non-ASCII capitals', 'gr\u00FCn \u03BC\u03B5\u03BB\u03B9', 1],
    ['a word that contains an invisible character', 'bytes', 1],
  ])('finds %s', async (_, text, page) => {
    expect((await search(text)).map(({ page: { number } }) => number)).toEqual([page]);
  });

  it.each(['café', 'office', 'propolis', 'tokyo', 'grün'])(
    'highlights %s as it is written on the page',
    async (word) => {
      const marked = (await search(word)).flatMap(markedIn);
      expect(marked.map((text) => text.normalize('NFKC').toLowerCase())).toEqual([word]);
    },
  );

  it('finds and highlights words that are hyphenated at the end of a line', async () => {
    const { id } = await submit(service, { source: await inline('layouts') });
    await endedJob(service, id, 'status');
    for (const text of ['"are building combs"', '"a well-kept hive"']) {
      expect(await search(text)).toMatchObject([{ job: { id }, page: { number: 3 } }]);
    }
    const [hit] = await search('"are building combs"');
    if (hit === undefined) throw new Error('there is no hit');
    expect(hit.page.text).toContain('build-\ning');
    expect(markedIn(hit)).toContain('building');
  });
});
