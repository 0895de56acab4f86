import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { extractAll, newPool, requestFor } from './extracting.ts';

const pool = newPool();

beforeAll(() => pool.start());
afterAll(() => pool[Symbol.asyncDispose]());

describe.each(['PDFIUM', 'PDFJS'] as const)('by %s', (engine) => {
  const read = (fixture: string) => extractAll(pool, requestFor(fixture, { engine }));

  test('omits text that readers do not see, and reports it', async () => {
    const { pages } = await read('hidden-text');
    expect(pages[0]?.text).toBe('Everybody sees this sentence.\n\nWhite on a dark box.');
    expect(pages[0]?.markdown).toBe(pages[0]?.text);
    const hidden = pages[0]?.details.hidden.map(({ reason, text }) => [reason, text.replaceAll(' ', '')]);
    expect(new Map(hidden?.map(([reason = '', text = '']) => [reason, text]))).toEqual(
      new Map([
        ['INVISIBLE', 'Neitherfillednorstroked.'],
        ['SAME_COLOUR', 'Whiteonwhitepaper.'],
        ['OFF_PAGE', 'Belowthepage.'],
        ['TINY', 'Toosmallforeyes.'],
      ]),
    );
  });

  test('names a page that is a picture', async () => {
    const { pages } = await read('scanned');
    expect(pages[0]).toMatchObject({ text: '', details: { ocrReason: 'SCANNED' } });
  });

  test('reads the invisible text over a picture of it', async () => {
    const { pages } = await read('scanned-layer');
    expect(pages[0]).toMatchObject({ text: 'A layer of text over a picture.', details: { hidden: [] } });
  });

  test('needs no OCR for pages with text, nor for empty ones', async () => {
    for (const fixture of ['one-page', 'blank']) {
      const { pages } = await read(fixture);
      expect(pages[0]?.details.ocrReason).toBeNull();
    }
  });

  test('returns the fields of a form with their values', async () => {
    const { pages } = await read('form');
    const fields = pages[0]?.details.formFields.map(({ name, kind, value }) => ({ name, kind, value }));
    expect(fields).toEqual([
      { name: 'keeper', kind: 'TEXT', value: 'Ada Honeywell' },
      { name: 'notes', kind: 'TEXT', value: 'Two frames of brood.\nQueen seen.' },
      { name: 'season', kind: 'CHOICE', value: 'Summer' },
      { name: 'breed', kind: 'CHOICE', value: 'Carniolan' },
      { name: 'hiveNumber', kind: 'TEXT', value: '214' },
      { name: 'empty', kind: 'TEXT', value: null },
    ]);
    expect(pages[0]?.details.formFields[2]?.options).toEqual(['Spring', 'Summer', 'Autumn']);
    expect(pages[0]?.details.formFields[4]?.readOnly).toBe(true);
  });

  test('returns comments', async () => {
    const { pages } = await read('layouts');
    expect(pages[2]?.details.annotations).toMatchObject([{ kind: 'Text', text: 'Ask the beekeeper', author: null }]);
  });

  test('returns blocks with their positions, in reading order', async () => {
    const { pages } = await read('headings');
    const [first, second] = pages[0]?.details.blocks ?? [];
    expect(first).toMatchObject({ kind: 'HEADING', level: 1, text: 'Keeping bees' });
    expect(second?.y).toBeGreaterThan((first?.y ?? 0) + (first?.height ?? 0) - 1);
    expect(pages[0]?.details.language).toBe('en');
  });

  test('reports which engine read a page', async () => {
    const { pages, facts } = await read('one-page');
    expect(pages[0]?.details).toMatchObject({ engine, fallback: null });
    expect(facts.fallback).toBeNull();
  });
});

test('reports why another engine read a page', async () => {
  const { pages } = await extractAll(pool, requestFor('rtl'));
  expect(pages[0]?.details).toMatchObject({ engine: 'PDFJS', fallback: 'RIGHT_TO_LEFT', language: 'he' });
});

test('reports why another engine read a document', async () => {
  const { engine, facts } = await extractAll(pool, requestFor('one-page', { avoid: ['PDFIUM'] }));
  expect({ engine, fallback: facts.fallback }).toEqual({ engine: 'PDFJS', fallback: 'AVOIDED' });
});

test('lists the files inside a document, and what it permits', async () => {
  const { facts } = await extractAll(pool, requestFor('attachment'));
  expect(facts.attachments).toContainEqual(
    expect.objectContaining({ name: 'notes.txt', description: 'Notes of the day', bytes: 26 }),
  );
  expect(facts.attachments).toHaveLength(2);
  const restricted = await extractAll(pool, requestFor('restricted'));
  expect(restricted.facts.metadata.permissions).toMatchObject({ print: true, modify: false, copy: false });
});
