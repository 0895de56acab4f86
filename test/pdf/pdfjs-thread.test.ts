import { expect, test } from 'vitest';
import { PdfjsGaveUpError, PdfjsThread } from '../../src/pdf/pdfjs/pdfjs-thread.ts';
import { runExtraction } from '../../src/pdf/run/extraction-run.ts';
import { requestFor } from './extracting.ts';

test('gives the pages by PDFJS where LITEPARSE has no binary, until its thread is given up', async () => {
  const pdfjs = new PdfjsThread();
  const events = [];
  for await (const event of runExtraction(
    requestFor('outline'),
    { liteparse: null, pdfjs, drawing: pdfjs },
    () => {},
  )) {
    events.push(event);
  }
  expect(events).toMatchObject([
    { type: 'opened', engine: 'PDFJS', facts: { pageCount: 6 } },
    { type: 'group', engine: 'PDFJS', range: { first: 1, last: 6 } },
  ]);
  expect(pdfjs.alive).toBe(true);
  const hanging = pdfjs.within(new Promise(() => {}), 1);
  await expect(hanging).rejects.toThrow(PdfjsGaveUpError);
  expect(pdfjs.alive).toBe(false);
});
