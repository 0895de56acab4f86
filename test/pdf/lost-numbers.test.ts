import { expect, it } from 'vitest';
import { extractAll, requestFor, textOf } from './extracting.ts';
import { drawnDocument } from './own-document.ts';

const { pool, path } = drawnDocument((doc) => {
  const put = (text: string, x: number, y: number) => doc.text(text, x, y, { lineBreak: false });
  doc
    .addPage({ size: [600, 800], margin: 0 })
    .font('Helvetica')
    .fontSize(12);
  put('Bees fly in the sun.', 60, 60);
  put('42', 296, 200);
  put('They stay at home in the rain.', 60, 340);
  // A cell of a row, slightly higher than the others.
  put('Combs', 60, 500);
  put('8', 300, 499);
  put('Frames', 400, 500);
  put('17', 296, 760);
});
it.each(['PDFIUM', 'PDFJS'] as const)('%s keeps numbers that stand alone in the middle of the page', async (engine) => {
  const extracted = await extractAll(pool, requestFor('numbers', { path, engine }));
  expect(textOf(extracted, 1)).toBe('Bees fly in the sun. 42 They stay at home in the rain. Combs 8 Frames 17');
});
