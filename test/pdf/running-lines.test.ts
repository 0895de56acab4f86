import { expect, it } from 'vitest';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument } from './own-document.ts';

const { pool, path } = drawnDocument((doc) => {
  for (let number = 1; number <= 5; number += 1) {
    doc.addPage({ size: [600, 800], margin: 0 }).font('Helvetica');
    doc.fontSize(9).text(`A Manual of Bees, part ${number}`, 60, 30, { lineBreak: false });
    doc.fontSize(20).text(`Chapter ${number}`, 60, 60, { lineBreak: false });
    doc.fontSize(9).text(String(10 + number), 295, 760, { lineBreak: false });
    doc
      .fontSize(11)
      .text('Bees fly in the sun, and they stay at home in the rain. '.repeat(8), 60, 120, { width: 480 });
  }
  doc
    .addPage({ size: [600, 800], margin: 0 })
    .fontSize(20)
    .text('6', 60, 60, { lineBreak: false });
  doc.text('Swarms', 60, 90, { lineBreak: false });
  doc.fontSize(11).text('Bees fly in the sun, and they stay at home in the rain. '.repeat(8), 60, 120, { width: 480 });
});
it.each(['PDFIUM', 'PDFJS'] as const)(
  '%s keeps titles that differ by their number alone, but not small lines that do',
  async (engine) => {
    const { pages } = await extractAll(pool, requestFor('chapters', { path, engine }));
    for (const { number, markdown, text } of pages.slice(0, 5)) {
      expect(markdown).toMatch(new RegExp(`^# Chapter ${number}\n`));
      expect(text.trim()).toMatch(new RegExp(`^A Manual of Bees, part ${number}\\s+Chapter ${number}\\s`));
      expect(text.trim()).toMatch(new RegExp(`\\s${10 + number}$`));
      expect(markdown).not.toMatch(/Manual|1\d/);
    }
    expect(pages[5]?.markdown).toMatch(/^# 6 Swarms\n/);
  },
);
