import { describe, expect, test } from 'vitest';
import type { EngineName } from '../../src/pdf/model/document.ts';
import { extractAll, requestFor } from './extracting.ts';
import { drawnDocument, writer } from './own-document.ts';

/** A black picture of one pixel. */
const picture =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==';

describe('white text', () => {
  const { path, pool } = drawnDocument((doc) => {
    for (let page = 1; page <= 2; page += 1) {
      doc.addPage({ size: [400, 400] });
      doc.image(picture, 50, 50, { width: 300, height: 100 });
      writer(doc)([[90, [60, `A title that stands on picture ${page}.`]]], { colour: '#ffffff' });
      writer(doc)([[300, [60, `Nobody sees this on page ${page}.`]]], { colour: page === 2 ? '#ffffff' : '#000000' });
    }
    doc.addPage({ size: [400, 400] });
    doc.image(picture, 50, 180, { width: 300, height: 40 });
    writer(doc)(
      [
        [20, [60, 'A header in white.']],
        [190, [60, 'A title on a picture.']],
        [370, [60, 'A footer in white.']],
      ],
      { colour: '#ffffff' },
    );
  });

  const ways: [string, { engine: EngineName; avoid?: EngineName[] }][] = [
    ['PDFIUM', { engine: 'PDFIUM' }],
    ['PDFIUM alone', { engine: 'PDFIUM', avoid: ['PDFJS'] }],
    ['PDFJS', { engine: 'PDFJS' }],
  ];
  test.each(ways)('is visible on a picture and hidden on paper, by %s', async (_, options) => {
    const { pages } = await extractAll(pool, { ...requestFor('one-page', options), path });
    expect(pages[0]?.text).toContain('A title that stands on picture 1.');
    expect(pages[0]?.details.hidden).toEqual([]);
    expect(pages[1]?.text).toBe('A title that stands on picture 2.');
    expect(pages[1]?.details.hidden).toEqual([{ reason: 'SAME_COLOUR', text: 'Nobody sees this on page 2.' }]);
    expect(pages[2]?.text).toBe('A title on a picture.');
    const hidden = pages[2]?.details.hidden.map(({ text }) => text).join('\n');
    expect(hidden).toMatch(/A header in white\.\s+A footer in white\./);
  });
});
