import { expect, it } from 'vitest';
import { createExtractorPool } from '../../src/pdf/process/extractor-pool.ts';
import { endedJob, submit } from '../api/submitting.ts';
import { startService } from '../service.ts';
import { look, pdf, quarters, quartersOf, slowlyPainted, slowStamp } from './pictures.ts';

const GiB = 1024 ** 3;

it('a page that takes too long is rendered by the other engine or has no image, and the job completes', async () => {
  const times = { pingMilliseconds: 100, renderMilliseconds: 2_000 };
  const extractor = createExtractorPool({ size: 1, memoryBytes: 4 * GiB, recycleBytes: 2 * GiB, ...times });
  await extractor.start();
  await using service = await startService({ overrides: { extractor }, maintenance: false });
  const source = await pdf((doc) => {
    for (let page = 1; page <= 20; page += 1) {
      quarters(doc);
      if (page === 18 || page === 19) slowlyPainted(doc);
      if (page === 19) slowStamp(doc);
      doc.fontSize(12).fillColor('black').text(`Page ${page}`, 20, 20);
    }
  });
  const options = { pageImages: true, thumbnails: true, pages: '15-20', noProgressSeconds: 2 };
  const { id } = await submit(service, { source, options });
  const fields =
    'status attempts { number failure { code message } } pages(first: 50) { nodes { number text imageUrl thumbnailUrl imageFailure } }';
  const { status, attempts, pages } = await endedJob(service, id, fields);
  expect(status).toBe('COMPLETED');
  expect(attempts).toMatchObject([{ failure: null }]);
  expect(pages.nodes.map(({ text }: { text: string }) => text)).toEqual(
    [15, 16, 17, 18, 19, 20].map((number) => `Page ${number}`),
  );
  const failures = pages.nodes.flatMap((page: { number: number; imageFailure: string | null }) =>
    page.imageFailure === null ? [] : [`${page.number} ${page.imageFailure}`],
  );
  expect(failures).toEqual(['19 CANNOT_RENDER']);
  expect(pages.nodes[4]).toMatchObject({ imageUrl: null, thumbnailUrl: null });
  // A page of the group before, and pages beside the slow ones.
  for (const index of [0, 2, 5]) {
    const shown = await look(pages.nodes[index].thumbnailUrl);
    expect(quartersOf(shown)).toEqual(['red', 'lime', 'blue', 'yellow']);
  }
}, 60_000);
