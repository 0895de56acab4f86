import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { pdf } from '../files/pictures.ts';
import { extractAll, newPool, requestFor } from './extracting.ts';

const folder = mkdtempSync(join(tmpdir(), 'pagehive-test-'));
const path = join(folder, 'spacing.pdf');
const pool = newPool();

beforeAll(async () => {
  const { base64 } = await pdf((doc) => {
    for (const characterSpacing of [0, 1, 2, 4]) {
      doc.addPage({ size: 'A4' }).font('Helvetica').fontSize(12);
      doc.text('BURNING BRIDGES IN CALIFORNIA, A to Z: 1 2 3', { characterSpacing });
    }
  });
  writeFileSync(path, Buffer.from(base64, 'base64'));
  await pool.start();
});
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

it('keeps words whole whose letters stand apart', async () => {
  const { pages } = await extractAll(pool, requestFor('table', { path, engine: 'LITEPARSE' }));
  for (const { text } of pages) expect(text.trim()).toContain('BURNING BRIDGES IN CALIFORNIA');
  expect(pages[0]?.text.trim()).toBe('BURNING BRIDGES IN CALIFORNIA, A to Z: 1 2 3');
});
