import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeInvoices } from '../invoices/invoices.ts';
import { scoreInvoice } from '../invoices/score.ts';
import { extractAll, newPool, requestFor } from './extracting.ts';

const pool = newPool();
const folder = mkdtempSync(join(tmpdir(), 'pagehive-test-'));
beforeAll(() => pool.start());
afterAll(async () => {
  await pool[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

test('reads rows, labels and addresses of invoices, receipts, orders, statements and forms', async () => {
  const scores = [];
  for (const { name, bytes, truth } of await makeInvoices()) {
    const path = join(folder, `${name}.pdf`);
    writeFileSync(path, bytes);
    const { pages } = await extractAll(pool, requestFor(name, { path }));
    scores.push(scoreInvoice(pages.map(({ markdown }) => markdown).join('\n\n'), truth));
  }
  expect(mean(scores.map(({ rows }) => rows))).toBeGreaterThan(0.99);
  expect(mean(scores.map(({ precision }) => precision))).toBeGreaterThan(0.98);
  expect(mean(scores.map(({ pairs }) => pairs))).toBe(1);
  expect(mean(scores.map(({ blocks }) => blocks))).toBeGreaterThan(0.97);
});
