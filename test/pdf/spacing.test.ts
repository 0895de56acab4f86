import { expect, it } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument } from './own-document.ts';

const { pool, path } = drawnDocument((doc) => {
  for (const characterSpacing of [0, 1, 2, 4]) {
    doc.addPage({ size: 'A4' }).font('Helvetica').fontSize(12);
    doc.text('BURNING BRIDGES IN CALIFORNIA, A to Z: 1 2 3', { characterSpacing });
  }
});
it('does not split words whose letters are spaced out', async () => {
  const { pages } = await extractAll(pool, requestFor('table', { path, engine: 'PDFIUM' }));
  for (const { text } of pages) expect(text.trim()).toContain('BURNING BRIDGES IN CALIFORNIA');
  expect(pages[0]?.text.trim()).toBe('BURNING BRIDGES IN CALIFORNIA, A to Z: 1 2 3');
});
