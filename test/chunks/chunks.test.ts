import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import type { Chunk, ChunkOptions, ChunkStart } from '../../src/chunks/chunk.ts';
import { chunksOf } from '../../src/chunks/chunks.ts';

async function* pagesFrom(pages: string[], from = 1) {
  for (const [index, markdown] of pages.entries()) if (index + 1 >= from) yield { number: index + 1, markdown };
}

async function chunked(pages: string[], options: Partial<ChunkOptions> = {}, from?: ChunkStart): Promise<Chunk[]> {
  const given = { maxTokens: 64, overlap: 0, ...options };
  const chunks: Chunk[] = [];
  for await (const chunk of chunksOf(pagesFrom(pages, from?.overlapPage), given, { from })) chunks.push(chunk);
  return chunks;
}

const sentence = (n: number) => `This is sentence number ${n} of a long story about bees. `;
const story = Array.from({ length: 30 }, (_, n) => sentence(n)).join('');
const bare = (text: string) => text.replaceAll(/\s+/g, '');

describe('chunks', () => {
  it('start at headings and name their sections', async () => {
    const chunks = await chunked([
      '# Bees\n\nAll about bees.\n\n## Wings\n\nTwo pairs.\n',
      '## Legs\n\n### Hind legs\n\nThey carry pollen.\n\n# Wasps\n\nNot bees.\n',
    ]);
    expect(
      chunks.map(({ index, headings, firstPage, lastPage, text }) => [index, headings, firstPage, lastPage, text]),
    ).toEqual([
      [0, ['Bees'], 1, 1, '# Bees\n\nAll about bees.'],
      [1, ['Bees', 'Wings'], 1, 1, '## Wings\n\nTwo pairs.'],
      [2, ['Bees', 'Legs', 'Hind legs'], 2, 2, '## Legs\n\n### Hind legs\n\nThey carry pollen.'],
      [3, ['Wasps'], 2, 2, '# Wasps\n\nNot bees.'],
    ]);
  });

  it('split a long section between sentences, and repeat the last ones if requested', async () => {
    const apart = await chunked([story]);
    expect(apart.map(({ text }) => bare(text)).join('')).toBe(bare(story));
    for (const { text } of apart) expect(text).toMatch(/^This.*bees\.$/s);
    const overlapping = await chunked([story], { overlap: 20 });
    for (const [index, { text }] of overlapping.entries()) {
      const before = overlapping[index - 1]?.text;
      if (before !== undefined) expect(before).toContain(text.slice(0, sentence(9).length - 1));
    }
  });

  it('yield to the event loop while a long page is split', async () => {
    let pauses = 0;
    const pause = async () => {
      pauses += 1;
    };
    const words = Array.from({ length: 50_000 }, (_, n) => `${n * 7_919}abc`).join(' ');
    const chunks = chunksOf(pagesFrom([words]), { maxTokens: 64, overlap: 0 }, { pause });
    for await (const { tokens } of chunks) expect(tokens).toBeLessThanOrEqual(64);
    expect(pauses).toBeGreaterThan(3);
  });

  it('continue across page breaks, and keep code and tables whole where they fit', async () => {
    const table = '| a | b |\n| - | - |\n| 1 | # 2 |\n';
    const code = '```\n# no heading\n\nx = 1\n```\n';
    const chunks = await chunked(['A paragraph.\n', `${table}\n${code}\n<table>\n\n<tr><td># x</td></tr></table>\n`]);
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toMatchObject({ firstPage: 1, lastPage: 2, headings: [] });
    expect(chunks[0]?.text).toBe(`A paragraph.\n\n${table}\n${code}\n<table>\n\n<tr><td># x</td></tr></table>`);
  });

  it('are an empty list for a document without text', async () => {
    expect(await chunked(['', ' \n', '\n\n'])).toEqual([]);
    expect(await chunked([])).toEqual([]);
  });

  it('accept long words, scripts without spaces and control tokens', async () => {
    const hostile = [
      `${'a'.repeat(20_000)} ${'漢字'.repeat(3_000)}`,
      '<|endoftext|>',
      `#${' #'.repeat(5_000)}`,
      '👩‍👩‍👧‍👦'.repeat(500),
    ];
    const chunks = await chunked(hostile, { maxTokens: 32 });
    expect(bare(chunks.map(({ text }) => text).join(''))).toBe(bare(hostile.join('')));
    for (const { text } of chunks) expect(text.isWellFormed()).toBe(true);
  });

  const odd = [
    '   ',
    'x'.repeat(500),
    `${'a'.repeat(30)} `,
    '\f',
    '\t',
    '\n',
    '\r\n',
    '! " ',
    '蜜蜂会',
    '🐝',
    '```\n',
    '~~~\n',
    '<table>\n',
    '#\n',
  ];
  const markdown = fc
    .array(
      fc.oneof(
        fc.nat(9).map((n) => `${'#'.repeat(1 + (n % 4))} Title ${n}`),
        fc.array(fc.nat(99).map(sentence), { minLength: 1, maxLength: 8 }).map((all) => all.join('')),
        fc.constant('| a | b |\n|---|---|\n| 1 | 2 |'),
        fc.string({ maxLength: 60, unit: 'grapheme' }),
        // Pieces that have more tokens together than apart, and pieces of white space.
        fc.array(fc.constantFrom(...odd), { minLength: 20, maxLength: 40 }).map((all) => all.join('')),
      ),
      { maxLength: 8 },
    )
    .map((blocks) => blocks.join('\n\n'));

  it('respect the token limit, lose nothing, and are the same when resumed at any chunk', {
    timeout: 120_000,
  }, async () => {
    const cases = fc.asyncProperty(
      fc.array(markdown, { maxLength: 5 }),
      fc.integer({ min: 32, max: 200 }),
      fc.integer({ min: 0, max: 16 }),
      async (pages, maxTokens, overlap) => {
        const chunks = await chunked(pages, { maxTokens, overlap });
        for (const { text, tokens } of chunks) {
          expect(tokens).toBe(countTokens(text, { disallowedSpecial: new Set() }));
          expect(tokens).toBeLessThanOrEqual(maxTokens);
          expect(tokens).toBeGreaterThan(0);
        }
        if (overlap === 0) expect(bare(chunks.map(({ text }) => text).join(''))).toBe(bare(pages.join('')));
        for (const [index, { next }] of chunks.entries()) {
          if (next === null) expect(index).toBe(chunks.length - 1);
          else expect(await chunked(pages, { maxTokens, overlap }, next)).toEqual(chunks.slice(index + 1));
        }
      },
    );
    await fc.assert(cases, { seed: 20_261_123, numRuns: 150 });
  });
});
