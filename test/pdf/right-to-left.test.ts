import { expect, it } from 'vitest';
import { font } from '../../scripts/fixtures/scripts.ts';
import { extractAll, requestFor, textOf } from './extracting.ts';
import { drawnDocument } from './own-document.ts';

const [flies, brings] = ['הדבורה עפה מפרח לפרח', 'ומביאה צוף אל הכוורת'];

const { pool, path } = drawnDocument((doc) => {
  doc.addPage({ size: [600, 800], margin: 0 });
  doc.font(font('noto-sans-hebrew/files/noto-sans-hebrew-hebrew-400-normal')).fontSize(16);
  // Naming a feature makes pdfkit lay out the whole line at once.
  const options: PDFKit.Mixins.TextOptions = { features: ['kern'], lineBreak: false };
  const end = (text: string, x: number, y: number) => doc.text(text, x - doc.widthOfString(text, options), y, options);
  for (let line = 0; line < 12; line += 1) {
    end(flies, 540, 60 + 24 * line);
    end(brings, 280, 60 + 24 * line);
  }
  doc.addPage({ size: [600, 800], margin: 0 });
  end('פרח', 540, 600);
  end('צוף', 300, 600);
});
it('reads the right column first, and items side by side from the right, in right-to-left text', async () => {
  const extracted = await extractAll(pool, requestFor('columns', { path }));
  expect(textOf(extracted, 1)).toBe([...Array(12).fill(flies), ...Array(12).fill(brings)].join(' '));
  expect(textOf(extracted, 2)).toBe('פרח צוף');
});
