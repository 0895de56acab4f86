import { mkdtempSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCanvas } from '@napi-rs/canvas';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Pdf, render } from '../../scripts/fixtures/render.ts';
import type { ExtractedPage } from '../../src/pdf/model/document.ts';
import type { ExtractionRequest, OcrRequest } from '../../src/pdf/model/extraction.ts';
import { prepareOcr } from '../../src/pdf/ocr/ocr-data.ts';
import { extractAll, newPool, requestFor } from './extracting.ts';
import { lines, pictureOf } from './scans.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagehive-pictures-'));
const pool = newPool({ readable: [folder] });
let ocr: OcrRequest;

beforeAll(async () => {
  ocr = await prepareOcr(['eng'], folder);
  await pool.start();
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const [above, below] = [
  'The keepers of the valley wrote down every harvest, as the survey beside this report shows in detail.',
  'Most of the honey was sold in autumn, and what was left in the cellar fed the bees in a long winter.',
];

/** A page with text above and below something else. */
async function pageOf(draw: (doc: Pdf) => void, more: Partial<ExtractionRequest> = {}): Promise<ExtractedPage> {
  const path = join(folder, 'page.pdf');
  const bytes = await render((doc) => {
    doc.font('Helvetica').fontSize(11).text(above, 72, 72, { width: 460 });
    draw(doc);
    doc.fontSize(11).fillColor('black').text(below, 72, 400, { width: 460 });
  });
  await writeFile(path, bytes);
  const [page] = (await extractAll(pool, requestFor('', { path, ocr, ...more }))).pages;
  if (page === undefined) throw new Error('no page');
  return page;
}

const survey = ['The meadows bloom in June.', 'The heather blooms in August.'];

function surveyPicture(): Promise<Buffer> {
  return pictureOf(lines(...survey));
}

describe('the text of a picture beside text', () => {
  it.each(['PDFIUM', 'PDFJS'] as const)('is read by OCR and placed where the picture stands: %s', async (engine) => {
    const picture = await surveyPicture();
    const page = await pageOf((doc) => doc.image(picture, 100, 140, { width: 360 }), { engine });
    expect(page.markdown).toBe([above, survey.join(' '), below].join('\n\n'));
    expect(page.details).toMatchObject({
      ocrReason: null,
      ocr: { outcome: 'READ', confidence: expect.closeTo(0.95, 1) },
    });
    const block = page.details.blocks.find(({ text }) => text === survey.join('\n'));
    expect(block).toMatchObject({ kind: 'PARAGRAPH', x: expect.closeTo(130, 0), y: expect.closeTo(170, -1) });
  });

  it('is not read unless OCR is requested', async () => {
    const picture = await surveyPicture();
    const page = await pageOf((doc) => doc.image(picture, 100, 140, { width: 360 }), { ocr: null });
    expect(page).toMatchObject({ markdown: [above, below].join('\n\n'), details: { ocr: null } });
  });

  it('is read as one text if the picture is cut into strips', async () => {
    const picture = await surveyPicture();
    const page = await pageOf((doc) => {
      // The cut runs through the first line.
      for (const [y, height] of [
        [140, 36],
        [176, 164],
      ] as const) {
        doc.save().rect(100, y, 360, height).clip().image(picture, 100, 140, { width: 360 }).restore();
      }
    });
    expect(page.markdown).toBe([above, survey.join(' '), below].join('\n\n'));
  });

  it('is a table if it stands in a grid', async () => {
    const picture = await pictureOf((doc) => {
      doc.fontSize(11).lineWidth(0.7);
      for (const [row, cells] of [
        ['Meadow', 'Keeper'],
        ['Clover', 'Martha'],
        ['Heather', 'Johannes'],
      ].entries()) {
        for (const [column, cell] of cells.entries()) {
          const [x, y] = [40 + column * 130, 40 + row * 30];
          doc
            .rect(x, y, 130, 30)
            .stroke()
            .text(cell, x + 10, y + 10);
        }
      }
    });
    const { markdown } = await pageOf((doc) => doc.image(picture, 100, 140, { width: 360 }));
    expect(markdown).toContain('| Meadow | Keeper |\n| --- | --- |\n| Clover | Martha |\n| Heather | Johannes |');
  });

  it('is neither a heading nor a table in a chart, whose labels are read', async () => {
    const chart = await pictureOf((doc) => {
      doc.fontSize(20).text('Honey of five years', 60, 20).fontSize(11).lineWidth(0.7);
      for (const y of [60, 90, 120, 150]) doc.moveTo(60, y).lineTo(330, y).stroke('#999');
      for (const [index, height] of [40, 65, 30, 80, 55].entries()) {
        const x = 75 + index * 52;
        doc.rect(x, 150 - height, 34, height).fill('#356');
        doc.fillColor('white').text(String(height), x + 8, 155 - height);
        doc.fillColor('black').text(String(2020 + index), x, 156);
      }
    });
    const { markdown, details } = await pageOf((doc) => doc.image(chart, 100, 140, { width: 360 }));
    expect(markdown).toContain('Honey of five years');
    expect(markdown).toContain('2020 2021 2022 2023 2024');
    for (const value of ['40', '65', '55']) expect(details.blocks.map(({ text }) => text)).toContain(value);
    expect(details.blocks.map(({ kind }) => kind)).not.toContain('HEADING');
    expect(markdown).not.toContain('|');
  });
});

describe('a picture is left as it is', () => {
  const isUnread = async (draw: (doc: Pdf) => void) =>
    expect(await pageOf(draw)).toEqual(await pageOf(draw, { ocr: null }));

  it('if it is a photo', async () => {
    const canvas = createCanvas(600, 300);
    const context = canvas.getContext('2d');
    for (let y = 0; y < 300; y += 3) {
      for (let x = 0; x < 600; x += 3) {
        context.fillStyle = `rgb(${(x * y) % 200}, ${(x + 3 * y) % 220}, ${(7 * x + y) % 180})`;
        context.fillRect(x, y, 3, 3);
      }
    }
    context.font = '40px sans-serif';
    context.fillText('Honey', 200, 150);
    await isUnread((doc) => doc.image(canvas.toBuffer('image/png'), 100, 140, { width: 360 }));
  });

  it('if it is as small as a logo', async () => {
    const picture = await surveyPicture();
    await isUnread((doc) => doc.image(picture, 100, 140, { width: 90 }));
  });

  it('if the page has text over it', async () => {
    const picture = await surveyPicture();
    await isUnread((doc) => doc.image(picture, 100, 140, { width: 360 }).text('Figure 1', 130, 300));
  });

  it('if it shows no words', async () => {
    const picture = await pictureOf((doc) =>
      doc.circle(180, 100, 60).stroke().moveTo(20, 20).lineTo(300, 180).stroke(),
    );
    await isUnread((doc) => doc.image(picture, 100, 140, { width: 360 }));
  });
});
