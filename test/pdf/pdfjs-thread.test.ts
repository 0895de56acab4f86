import { expect, test } from 'vitest';
import { PdfjsGaveUpError, PdfjsThread } from '../../src/pdf/pdfjs/pdfjs-thread.ts';

test('ends a thread that does not respond in time', async () => {
  const pdfjs = new PdfjsThread();
  expect(pdfjs.alive).toBe(true);
  const hanging = pdfjs.within(new Promise(() => {}), 1);
  await expect(hanging).rejects.toThrow(PdfjsGaveUpError);
  expect(pdfjs.alive).toBe(false);
});
