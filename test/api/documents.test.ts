import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages } from './rows.ts';
import { endedJob, inline, refused, submit } from './submitting.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Runs a job on a fixture and returns these fields once it has ended. */
async function outcome(name: string, options: Record<string, unknown>, fields: string) {
  const { id } = await submit(service, { source: await inline(name), options });
  return await endedJob(service, id, fields);
}

describe('the result of a document', () => {
  it('has the metadata of the document', async () => {
    const { result } = await outcome(
      'metadata',
      {},
      `result { pageCount engine metadata { title author subject keywords creator producer createdAt modifiedAt pdfVersion tagged encrypted } }`,
    );
    expect(result.pageCount).toBe(1);
    expect(['PDFIUM', 'PDFJS']).toContain(result.engine);
    expect(result.metadata).toEqual({
      title: 'The Keeper’s Ledger',
      author: 'Ada Honeywell',
      subject: 'Counting frames',
      keywords: 'bees, frames, ledger',
      creator: 'Pagehive fixtures',
      producer: 'PDFKit',
      createdAt: '2024-02-29T12:34:56.000Z',
      modifiedAt: '2025-03-01T01:02:03.000Z',
      pdfVersion: '1.7',
      tagged: true,
      encrypted: false,
    });
  });

  it('has the bookmarks, flat, with their depths and pages', async () => {
    const { result } = await outcome('outline', {}, 'result { outline { title depth pageNumber } }');
    expect(result.outline).toEqual([
      { title: 'Introduction', depth: 0, pageNumber: 1 },
      { title: 'Part One', depth: 0, pageNumber: 2 },
      { title: 'Workers', depth: 1, pageNumber: 3 },
      { title: 'Foragers', depth: 2, pageNumber: 4 },
      { title: 'Drones & Queens', depth: 1, pageNumber: 5 },
      { title: 'Épilogue — 結び', depth: 0, pageNumber: 6 },
    ]);
  });

  it('has the label of each page', async () => {
    const { result } = await outcome('labels', {}, 'result { pages { nodes { label number } } }');
    expect(result.pages.nodes.map(({ label }: { label: string }) => label).join(' ')).toBe('i ii iii 1 2 3 4 A-1 A-2');
  });

  it('has the links of each page', async () => {
    const { result } = await outcome('links', {}, 'result { pages { nodes { links { text url } } } }');
    const [first, second] = result.pages.nodes;
    const external = first.links.filter(({ url }: { url: string | null }) => url !== null);
    expect(external).toEqual([
      { text: 'the bee page', url: 'https://example.org/bees' },
      { text: 'A search with a query', url: 'https://example.com/search?q=honey&page=2#top' },
      { text: 'Write to the beekeeper', url: 'mailto:keeper@example.org' },
    ]);
    expect(second.links).toEqual([]);
  });

  it('has links inside the document where PDFJS reads it', async () => {
    const { result } = await outcome(
      'links',
      { engine: 'PDFJS' },
      'result { page(number: 3) { links { text url pageNumber } } }',
    );
    expect(result.page.links).toEqual([{ text: 'Back to the start', url: null, pageNumber: 1 }]);
  });

  it('has the size of each page as it is shown', async () => {
    const { result } = await outcome('rotated', {}, 'result { pages { nodes { rotation width height } } }');
    const shown = result.pages.nodes.map(({ rotation, width, height }: Record<string, number>) => [
      rotation,
      Math.round(width ?? 0),
      Math.round(height ?? 0),
    ]);
    expect(shown).toEqual([
      [0, 595, 842],
      [90, 842, 595],
      [180, 595, 842],
      [270, 842, 595],
    ]);
  });

  it('has text and Markdown, by page and as a whole', async () => {
    const { result } = await outcome('headings', {}, 'result { text markdown page(number: 1) { text markdown } }');
    expect(result.text).toContain('Light the smoker.');
    expect(result.markdown).toContain('# Keeping bees');
    expect(result.markdown).toContain('## The hive');
    expect(result.page).toEqual({ text: result.text, markdown: result.markdown });
  });

  it('joins the pages with form feeds, in order', async () => {
    const { result } = await outcome('many-pages', { pages: '8-12' }, 'result { text markdown pageCount }');
    const pages = result.text.split('\f');
    expect(pages).toHaveLength(5);
    for (const [index, text] of pages.entries()) expect(text).toContain(`This is page ${index + 8} of 300.`);
    expect(result.markdown.split('\f')).toHaveLength(5);
    expect(result.pageCount).toBe(300);
  });

  it('has text in non-Latin scripts', async () => {
    const { result } = await outcome('cjk', {}, 'result { text }');
    expect(result.text).toContain('蜂は花から花へ飛び');
  });

  it('lists pages forward and backward, and returns null for pages that do not exist', async () => {
    const { id } = await submit(service, { source: await inline('many-pages'), options: { pages: '1-60' } });
    const { result } = await endedJob(
      service,
      id,
      `result {
        forward: pages { nodes { number } pageInfo { hasNextPage endCursor } }
        backward: pages(last: 3) { edges { cursor node { number } } pageInfo { hasPreviousPage } }
        after: pages(first: 2, after: "59") { nodes { number } }
        beyond: page(number: 61) { number }
        zero: page(number: 0) { number }
      }
      pages(first: 1, after: "10") { nodes { number text } }`,
    ).then((job) => {
      expect(job.pages.nodes).toMatchObject([{ number: 11 }]);
      return job;
    });
    expect(result.forward.nodes).toHaveLength(20);
    expect(result.forward.pageInfo).toEqual({ hasNextPage: true, endCursor: '20' });
    expect(result.backward.edges.map(({ node }: { node: { number: number } }) => node.number)).toEqual([58, 59, 60]);
    expect(result.backward.pageInfo).toEqual({ hasPreviousPage: true });
    expect(result).toMatchObject({ after: { nodes: [{ number: 60 }] }, beyond: null, zero: null });
    for (const args of ['first: 101', 'first: -1', 'after: "x"', 'first: 1, last: 1']) {
      const answer = await graphql(service.url, `{ job(id: "${id}") { pages(${args}) { nodes { number } } } }`);
      expect(refused(answer).extensions.code).toBe('BAD_USER_INPUT');
    }
  });

  it('is the same with either engine', async () => {
    const read = (engine: string) =>
      outcome('links', { engine }, 'options { engine } result { engine text pageCount metadata { title producer } }');
    const [pdfium, pdfjs] = [await read('PDFIUM'), await read('PDFJS')];
    expect(pdfium).toMatchObject({ options: { engine: 'PDFIUM' }, result: { engine: 'PDFIUM' } });
    expect(pdfjs).toMatchObject({ options: { engine: 'PDFJS' }, result: { engine: 'PDFJS' } });
    expect(pdfium.result.metadata).toEqual(pdfjs.result.metadata);
    for (const { result } of [pdfium, pdfjs]) expect(result.text).toContain('Go to the third page');
  });

  it('keeps or drops running headers and footers', async () => {
    const markdown = async (keepHeadersFooters: boolean) =>
      (await outcome('many-pages', { pages: '1-20', keepHeadersFooters }, 'result { markdown }')).result.markdown;
    expect(await markdown(true)).toContain('A fixture with many pages');
    expect(await markdown(false)).not.toContain('A fixture with many pages');
  });
});

describe('text that is too large for one response', () => {
  it('is RESULT_TOO_LARGE, and its pages can still be read', async () => {
    const row = await insertJob(service, { status: 'COMPLETED' });
    // The limit is in bytes, not characters: these are 4 Mi two-byte letters, and a little more.
    await insertPages(service, row, ['é'.repeat(3 * 1024 ** 2), 'é'.repeat(1024 ** 2), 'the last page']);
    const answer = await graphql(
      service.url,
      `{ job(id: "${row.id}") { result { text markdown pageCount page(number: 3) { text } } } }`,
    );
    expect(answer.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]).sort()).toEqual([
      ['job.result.markdown', 'RESULT_TOO_LARGE'],
      ['job.result.text', 'RESULT_TOO_LARGE'],
    ]);
    expect(answer.data.job.result).toMatchObject({
      text: null,
      markdown: null,
      pageCount: 3,
      page: { text: 'the last page' },
    });
  });

  it('is counted across all results, and the first that fit are returned', async () => {
    const row = await insertJob(service, { status: 'COMPLETED' });
    await insertPages(service, row, ['é'.repeat(3 * 1024 ** 2)]);
    const small = await insertJob(service, { status: 'COMPLETED' });
    await insertPages(service, small, ['a small text']);
    const texts = Array.from({ length: 9 }, (_, n) => `a${n}: text`).join(' ');
    const answer = await graphql(
      service.url,
      `{ job(id: "${row.id}") { result { ${texts} } } small: job(id: "${small.id}") { result { text } } }`,
    );
    expect(answer.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code])).toEqual(
      [2, 3, 4, 5, 6, 7, 8].map((n) => [`job.result.a${n}`, 'RESULT_TOO_LARGE']),
    );
    expect(answer.data.job.result.a1).toHaveLength(3 * 1024 ** 2);
    expect(answer.data.small.result.text).toBe('a small text');
  });
});
