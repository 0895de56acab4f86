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
    // Letters whose capitals are different letters, or two: final sigma, sharp s, accents that exist only on small
    // letters, an iota below, dots.
    'Die Stra\u00DFe zum Gro\u00DFen Bienenhaus. \u03A3\u038A\u03A3\u03A5\u03A6\u039F\u03A3 \u03C3\u03C4\u1FF7 \u01F0arl \u0130STANBUL ISPARTA \uFB01sh \u845B\u{E0100}\u57CE',
    'STRASSE, ALLE GRO\u1E9E. \u03C3\u03AF\u03C3\u03C5\u03C6\u03BF\u03C2',
  ]);
});
beforeAll(async () => {
  brokenWords = insertBrokenWords();
  await brokenWords;
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Inserts a page whose words are broken at line ends, far enough apart for separate passages. */
async function insertBrokenWords() {
  const job = await insertJob(service, { status: 'COMPLETED', name: 'broken' });
  const filler = 'Nothing of interest stands in these ten words here. '.repeat(3);
  await insertPages(service, job, [
    [
      'A well-',
      `known keeper of bees. ${filler}`,
      `It was re-`,
      `established by a co-`,
      `operative. ${filler} Send e-`,
      `mail. ${filler}`,
    ]
      .concat([`ANTI-`, `BACTERIAL honey. ${filler} On a donau\u00AD`, `dampfschiff`])
      .join('\n'),
  ]);
  return job;
}
let brokenWords: ReturnType<typeof insertBrokenWords>;

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
    ['an accent that is a separate character on capitals', 'J\u030CARL', 3],
    ['an iota below as its capital', '\u03A3\u03A4\u03A9\u0342\u0399', 3],
    ['a capital i with a dot', 'istanbul', 3],
    ['a dotless i', '\u0131sparta', 3],
    ['a ligature in capitals', 'FISH', 3],
    ['a character with another glyph selected', '\u845B\u57CE', 3],
    ['a sharp s in capitals within a phrase', '"ZUM GROSSEN"', 3],
    ['a capital sharp s', 'gro\u00DF', 4],
  ])('finds %s', async (_, text, page) => {
    expect((await search(text)).map(({ page: { number } }) => number)).toEqual([page]);
  });

  it.each([
    'stra\u00DFe',
    'strasse',
    'STRASSE',
    'STRA\u1E9EE',
    '\u03C3\u03AF\u03C3\u03C5\u03C6\u03BF\u03C2',
    '\u03A3\u038A\u03A3\u03A5\u03A6\u039F\u03A3',
  ])('finds %s in any case', async (text) => {
    expect((await search(text)).map(({ page: { number } }) => number).sort()).toEqual([3, 4]);
  });

  it('shows snippets and highlights as they are written on the page', async () => {
    const shown = async (text: string) => {
      const [hit] = (await search(text)).filter(({ page: { number } }) => number === 3);
      if (hit === undefined) throw new Error('there is no hit');
      expect(hit.page.text).toContain(hit.snippet);
      return markedIn(hit);
    };
    expect(await shown('strasse bienenhaus')).toEqual(['Stra\u00DFe', 'Bienenhaus']);
    expect(await shown('\u03C3\u03AF\u03C3\u03C5\u03C6\u03BF\u03C2')).toEqual([
      '\u03A3\u038A\u03A3\u03A5\u03A6\u039F\u03A3',
    ]);
    expect(await shown('fish')).toEqual(['\uFB01sh']);
  });

  it.each(['STRASSE', 'stra\u00DFe', 'gro\u1E9Ee'])(
    'lists jobs whose name contains %s in another case',
    async (name) => {
      const { id } = await insertJob(service, { status: 'COMPLETED', name: 'Gro\u00DFe Stra\u00DFe' });
      const listed = await graphql(
        service.url,
        'query ($name: String!) { jobs(filter: { name: $name }) { nodes { id } } }',
        { name },
      );
      expect(accepted(listed).jobs.nodes).toContainEqual({ id });
    },
  );

  it.each(['café', 'office', 'propolis', 'tokyo', 'grün'])(
    'highlights %s as it is written on the page',
    async (word) => {
      const marked = (await search(word)).flatMap(markedIn);
      expect(marked.map((text) => text.normalize('NFKC').replaceAll('\u00AD', '').toLowerCase())).toEqual([word]);
    },
  );

  it.each([
    ['joins them', {}],
    ['keeps their hyphens', { keepHyphenation: true }],
  ])('finds and highlights words that are broken at the end of a line if the Markdown %s', async (_, options) => {
    const { id } = await submit(service, { source: await inline('layouts'), options });
    await endedJob(service, id, 'status');
    for (const text of ['"are building combs"', '"a well-kept hive"', 'wellkept', 'kept well']) {
      expect(await search(text)).toContainEqual(
        expect.objectContaining({ job: { id }, page: expect.objectContaining({ number: 3 }) }),
      );
    }
    const [hit] = (await search('"are building combs"')).filter(({ job }) => job.id === id);
    if (hit === undefined) throw new Error('there is no hit');
    expect(hit.page.text).toContain('build-\ning');
    expect(markedIn(hit)).toContain('building');
  });

  it.each([
    ['well-known', ['well', 'known']],
    ['wellknown', ['wellknown']],
    ['"a well-known keeper of bees"', ['A', 'well', 'known', 'keeper', 'of', 'bees']],
    ['"a wellknown keeper of bees"', ['A', 'wellknown', 'keeper', 'of', 'bees']],
    ['e-mail', ['e', 'mail']],
    ['email', ['email']],
    ['cooperative co-operative', ['co', 'operative']],
    ['re-established', ['re', 'established']],
    ['antibacterial', ['ANTIBACTERIAL']],
    ['"anti-bacterial honey"', ['ANTI', 'BACTERIAL', 'honey']],
    ['donaudampfschiff', ['donaudampfschiff']],
    ['established', ['established']],
  ])('finds %s if its word is broken at the end of a line', async (text, marked) => {
    const job = await brokenWords;
    const hits = (await search(text)).filter((hit) => hit.job.id === job.id);
    expect(hits).toHaveLength(1);
    expect(hits.flatMap(markedIn)).toEqual(expect.arrayContaining(marked));
    expect(hits[0]?.snippet).not.toMatch(/pagehivegap|- (known|mail|established|operative)/);
  });

  it.each(['"bees It"', '"schiff A"', 'pagehivegap', '"bees a"'])(
    'does not find %s across the passages of broken words',
    async (text) => {
      const job = await brokenWords;
      expect((await search(text)).filter((hit) => hit.job.id === job.id)).toEqual([]);
    },
  );
});
