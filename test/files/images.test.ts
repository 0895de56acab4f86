import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createJanitor } from '../../src/maintenance/janitor.ts';
import { endedJob, inline, readJob, refused, remove, storedKeys, submit, tryCreateJob } from '../api/submitting.ts';
import { fetchFile, unzip } from '../downloads/fetching.ts';
import { type Service, startService } from '../service.ts';
import { age } from './aging.ts';
import { look, pdf, quarters, quartersOf, stamp } from './pictures.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

interface ShownPage {
  number: number;
  text: string;
  thumbnailUrl: string | null;
  imageUrl: string | null;
  imageFailure: string | null;
}

const fields = 'status failure { code } pages(first: 100) { nodes { number text thumbnailUrl imageUrl imageFailure } }';

/** Runs a job on a document and returns its pages. */
async function pagesOf(source: { base64: string }, options: Record<string, unknown>): Promise<ShownPage[]> {
  const { id } = await submit(service, { source, options });
  const { status, pages } = await endedJob(service, id, fields);
  expect(status).toBe('COMPLETED');
  return pages.nodes;
}

/** The keys of result files in storage. */
async function resultKeys(): Promise<string[]> {
  return (await storedKeys(service)).filter((key) => key.startsWith('results/'));
}

const clockwise = ['red', 'lime', 'blue', 'yellow'];

describe('the images of pages', () => {
  it.each([
    ['PNG', 'image/png'],
    ['JPEG', 'image/jpeg'],
    ['WEBP', 'image/webp'],
  ])('show the page, as %s in the requested widths', async (imageFormat, contentType) => {
    const options = { thumbnails: true, thumbnailWidth: 100, pageImages: true, pageImageWidth: 300, imageFormat };
    const [page] = await pagesOf(await pdf((doc) => quarters(doc)), options);
    const [thumbnail, image] = [await look(page?.thumbnailUrl ?? null), await look(page?.imageUrl ?? null)];
    expect(thumbnail).toMatchObject({ width: 100, height: 50, contentType });
    expect(image).toMatchObject({ width: 300, height: 150, contentType });
    for (const each of [thumbnail, image]) expect(quartersOf(each)).toEqual(clockwise);
  });

  it.each(['PDFIUM', 'PDFJS'])('are rotated and cropped like in a PDF viewer, by %s', async (engine) => {
    const source = await pdf((doc) => {
      quarters(doc, { Rotate: 90 });
      quarters(doc, { CropBox: [100, 50, 300, 150] });
      // PDF coordinates start at the bottom: this is the lower left quarter.
      quarters(doc, { CropBox: [0, 0, 200, 100] });
    });
    const pages = await pagesOf(source, { thumbnails: true, engine });
    const [turned, cropped, quarter] = await Promise.all(pages.map(({ thumbnailUrl }) => look(thumbnailUrl)));
    expect(turned).toMatchObject({ width: 200, height: 400 });
    expect(turned && quartersOf(turned)).toEqual(['yellow', 'red', 'lime', 'blue']);
    expect(cropped).toMatchObject({ width: 200, height: 100 });
    expect(cropped && quartersOf(cropped)).toEqual(clockwise);
    expect(quarter && quartersOf(quarter)).toEqual(['yellow', 'yellow', 'yellow', 'yellow']);
  });

  it('show annotations and filled-in form fields', async () => {
    const stamped = await pdf((doc) => {
      quarters(doc);
      stamp(doc, '1 1 1 rg 0 0 100 50 re f');
    });
    const [page] = await pagesOf(stamped, { thumbnails: true });
    expect(quartersOf(await look(page?.thumbnailUrl ?? null))).toEqual(['white', 'lime', 'blue', 'yellow']);
    const [form] = await pagesOf(await inline('form'), { pageImages: true, imageFormat: 'PNG' });
    const filled = await look(form?.imageUrl ?? null);
    // The "Notes" field contains text.
    const seen = new Set<string>();
    for (let x = 180; x < 300; x += 0.5)
      seen.add(filled.at(x / 595.28, 160 / 841.89)).add(filled.at(x / 595.28, 159 / 841.89));
    expect(seen.size).toBeGreaterThan(1);
  });

  it('are limited in size for pages of extreme sizes', async () => {
    const source = await pdf((doc) => {
      for (const size of [
        [14_400, 14_400],
        [4, 14_400],
        [14_400, 4],
        [1, 1],
      ] as [number, number][]) {
        doc
          .addPage({ size, margin: 0 })
          .rect(0, 0, size[0], size[1] / 2)
          .fill('#ff0000');
      }
      quarters(doc, { MediaBox: [0, 0, 2_000_000, 1_000_000] });
    });
    const pages = await pagesOf(source, { pageImages: true, pageImageWidth: 1_000, thumbnails: true });
    const sizes: number[][] = [];
    for (const { imageUrl } of pages) {
      const { width, height } = await look(imageUrl);
      sizes.push([width, height]);
    }
    expect(sizes).toEqual([
      [1_000, 1_000],
      [1, 4_000],
      [1_000, 1],
      [1_000, 1_000],
      [1_000, 500],
    ]);
    const [giant] = pages;
    const { at } = await look(giant?.thumbnailUrl ?? null);
    expect([at(0.5, 0.25), at(0.5, 0.75)]).toEqual(['red', 'white']);
  });

  it('are created for selected pages, encrypted documents, and documents that only PDFJS can open', async () => {
    const many = await pagesOf(await inline('many-pages'), { thumbnails: true, pages: '15-18,300' });
    expect(many.map(({ number }) => number)).toEqual([15, 16, 17, 18, 300]);
    for (const { thumbnailUrl } of many) expect(await look(thumbnailUrl)).toMatchObject({ width: 200, height: 283 });
    const [secret] = await pagesOf(await inline('encrypted'), { thumbnails: true, password: 'pagehive' });
    expect(await look(secret?.thumbnailUrl ?? null)).toMatchObject({ width: 200 });
    const [lost] = await pagesOf(await inline('half-lost'), { thumbnails: true, pages: '1-3', engine: 'PDFJS' });
    expect(await look(lost?.thumbnailUrl ?? null)).toMatchObject({ width: 200 });
  });

  it('average details that are too fine, instead of skipping them', async () => {
    const striped = await pdf((doc) => {
      doc.addPage({ size: [400, 200], margin: 0 });
      for (let x = 0; x < 400; x += 4) doc.rect(x, 0, 2, 200).fill('#000000');
    });
    const options = {
      thumbnails: true,
      thumbnailWidth: 90,
      pageImages: true,
      pageImageWidth: 1_000,
      imageFormat: 'PNG',
    };
    const [page] = await pagesOf(striped, options);
    const { at } = await look(page?.thumbnailUrl ?? null);
    for (let x = 0.1; x < 0.9; x += 0.0111) {
      const grey = Number.parseInt(at(x, 0.5), 10);
      expect(grey).toBeGreaterThan(80);
      expect(grey).toBeLessThan(175);
    }
  });

  it('are in the archive of the result', async () => {
    const options = { thumbnails: true, pageImages: true, pages: '2,5', imageFormat: 'WEBP' };
    const { id } = await submit(service, { source: await inline('outline'), options });
    await endedJob(service, id, 'status');
    const files = unzip(await fetchFile(service, id, 'ZIP'), 'latin1');
    const names = ['thumbnail-0002', 'page-0002', 'thumbnail-0005', 'page-0005'].map((name) => `images/${name}.webp`);
    expect([...files.keys()].slice(3)).toEqual(names);
    for (const name of names) expect(files.get(name)?.slice(0, 4)).toBe('RIFF');
  });

  it('are null unless requested', async () => {
    const [page] = await pagesOf(await inline('one-page'), {});
    expect(page).toMatchObject({ thumbnailUrl: null, imageUrl: null, imageFailure: null });
    const [thumbnail] = await pagesOf(await inline('one-page'), { thumbnails: true });
    expect(thumbnail).toMatchObject({ imageUrl: null, imageFailure: null });
    expect(thumbnail?.thumbnailUrl).not.toBeNull();
  });

  it('are refused in impossible sizes', async () => {
    const wrong = { thumbnailWidth: 15, pageImageWidth: 3_001 };
    const error = refused(await tryCreateJob(service, { source: await inline('one-page'), options: wrong }));
    expect(error.extensions.issues?.map(({ path }) => path.at(-1))).toEqual(['thumbnailWidth', 'pageImageWidth']);
  });
});

describe('the URL of an image', () => {
  it('can be embedded on any site, is stable for half an hour, lasts an hour at most, and is cached by browsers', async () => {
    const { id } = await submit(service, { source: await inline('one-page'), options: { thumbnails: true } });
    const { pages } = await endedJob(service, id, fields);
    const again = await readJob(service, id, fields);
    const [{ thumbnailUrl: url }] = pages.nodes;
    // The URL changes every half hour.
    if (new Date().getMinutes() % 30 > 0) expect(again.pages.nodes[0].thumbnailUrl).toBe(url);
    const [, expires] = /token=(\d+)\./.exec(url) ?? [];
    const seconds = Number(expires) - Date.now() / 1_000;
    expect(seconds).toBeGreaterThan(29 * 60);
    expect(seconds).toBeLessThanOrEqual(60 * 60);
    const { headers, body } = await fetch(url);
    await body?.cancel();
    expect(Object.fromEntries(headers)).toMatchObject({
      'cache-control': 'private, max-age=1800',
      'content-disposition': `inline; filename="thumbnail-0001.jpg"; filename*=UTF-8''thumbnail-0001.jpg`,
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
  });

  it('is valid only for this image, until it expires or its job is deleted', async () => {
    const { id } = await submit(service, { source: await inline('outline'), options: { thumbnails: true } });
    const { pages } = await endedJob(service, id, fields);
    const [{ thumbnailUrl: url }] = pages.nodes;
    const path = `${id}/pages/1/thumbnail`;
    const expired = service.platform.secrets.sign('download', path, new Date(Date.now() - 1_000));
    const none = service.platform.secrets.sign('download', `${id}/pages/1/image`, new Date(Date.now() + 60_000));
    const status = async (each: string) => (await fetch(each)).status;
    expect(await status(url.replace('/pages/1/', '/pages/2/'))).toBe(403);
    expect(await status(url.replace(/token=.*/, `token=${expired}`))).toBe(403);
    expect(await status(`${service.url}/downloads/${id}/pages/1/image?token=${none}`)).toBe(404);
    await age(service);
    await createJanitor(service.platform).runOnce();
    expect(await status(url)).toBe(200);
    const stored = await resultKeys();
    await remove(service, id);
    expect(await status(url)).toBe(404);
    expect(await resultKeys()).toHaveLength(stored.length - 1);
  });
});
