import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { describeCalibration, judgeBlocks } from '../../bench/lab/calibration.ts';
import type { PageBlock } from '../../src/pdf/model/document.ts';
import type { OcrRequest } from '../../src/pdf/model/extraction.ts';
import { prepareOcr } from '../../src/pdf/ocr/ocr-data.ts';
import { storedDetails } from '../../src/results/stored-json.ts';
import { extractAll, newPool, requestFor } from './extracting.ts';
import { drawnDocument, writer } from './own-document.ts';
import { lines, pictureOf } from './scans.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagehive-confidence-'));
const ocrPool = newPool({ readable: [folder] });
const words = ['The meadows bloom in June.', 'The heather blooms in August.'];
let picture: Buffer;
let ocr: OcrRequest;

beforeAll(async () => {
  ocr = await prepareOcr(['eng'], folder);
  picture = await pictureOf(lines(...words));
  await ocrPool.start();
});
afterAll(async () => {
  await ocrPool[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

const { path } = drawnDocument((doc) => {
  doc.addPage();
  const write = writer(doc);
  write([[60, [72, 'The harvest of the valley']]], { size: 24 });
  write(
    Array.from({ length: 6 }, (_, row) => [
      110 + row * 14,
      [72, `In year ${row} the keepers wrote down every harvest, and the weather of each week.`],
    ]),
  );
  write([[220, [72, 'Harvest by meadow']]], { size: 12.5 });
  for (const [row, cells] of [
    ['Meadow', 'Honey', 'Year'],
    ['Clover', '42 kg', '2024'],
    ['Heather', '17 kg', '2025'],
  ].entries()) {
    for (const [column, cell] of cells.entries()) {
      const [x, y] = [72 + column * 100, 260 + row * 24];
      doc.rect(x, y, 100, 24).stroke();
      write([[y + 7, [x + 6, cell]]]);
    }
  }
  doc.image(picture, 72, 360, { width: 360 });
});

describe('the confidence of a block', () => {
  it('is higher for text and full tables than for type that is only slightly larger, and falls with that of OCR', async () => {
    const [page] = (await extractAll(ocrPool, requestFor('', { path, ocr }))).pages;
    const blocks = page?.details.blocks ?? [];
    const of = (start: string) => blocks.find(({ text }) => text.startsWith(start))?.confidence ?? Number.NaN;
    for (const { confidence } of blocks) {
      expect(confidence).toBeGreaterThan(0);
      expect(confidence).toBeLessThan(1);
    }
    expect(of('In year 0')).toBeGreaterThan(of('The harvest'));
    expect(of('Meadow')).toBeGreaterThan(of('Harvest by'));
    expect(of('The meadows')).toBeCloseTo(0.9 * (page?.details.ocr?.confidence ?? 0) ** 3, 2);
  });

  it('is null for blocks that were stored without it', () => {
    const block = { kind: 'PARAGRAPH', text: 'Honey', x: 1, y: 2, width: 3, height: 4, level: null, rows: null };
    expect(storedDetails({ language: null, blocks: [block] }).blocks).toEqual([{ ...block, confidence: null }]);
    const newer = { ...block, confidence: 0.84 };
    expect(storedDetails({ language: null, blocks: [newer] }).blocks).toEqual([newer]);
  });
});

describe('calibration', () => {
  const block = (kind: PageBlock['kind'], text: string, rows: string[][] | null = null): PageBlock => ({
    ...{ kind, text, x: 0, y: 0, width: 1, height: 1, level: null, confidence: 0.9 },
    rows: rows?.map((row) => row.map((cell) => ({ text: cell, columns: 1, rows: 1 }))) ?? null,
  });
  const truth = '# Honey\n\nThe keepers wrote\nit down.\n\n| Meadow | Honey |\n| --- | --- |\n| Clover | 42 kg |\n';

  it('judges blocks by a transcription', () => {
    const judge = (one: PageBlock) => judgeBlocks([one], truth)[0]?.right;
    expect(judge(block('HEADING', 'Honey'))).toBe(true);
    expect(judge(block('PARAGRAPH', 'Honey'))).toBe(false);
    expect(judge(block('PARAGRAPH', 'The keepers wrote it down.'))).toBe(true);
    expect(judge(block('HEADING', 'The keepers wrote it down.'))).toBe(false);
    expect(judge(block('PARAGRAPH', 'The keepers, it down.'))).toBe(false);
    expect(
      judge(
        block('TABLE', 'all cells', [
          ['Meadow', 'Honey'],
          ['Clover', '42 kg'],
        ]),
      ),
    ).toBe(true);
    expect(judge(block('TABLE', 'all cells', [['Meadow Honey'], ['Clover', '42 kg']]))).toBe(false);
  });

  it('prints how many blocks are right, by confidence and kind', () => {
    const judged = judgeBlocks([block('HEADING', 'Honey'), block('PARAGRAPH', 'Not there')], truth);
    expect(describeCalibration(judged).slice(1)).toEqual([
      expect.stringMatching(/0\.9 to 1\.0 +2 +0\.900 +0\.500/),
      expect.stringMatching(/HEADING +1 +0\.900 +1\.000/),
      expect.stringMatching(/PARAGRAPH +1 +0\.900 +0\.000/),
    ]);
  });
});
