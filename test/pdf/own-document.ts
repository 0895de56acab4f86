import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Pdf, render } from '../../scripts/fixtures/render.ts';
import type { ExtractorPool } from '../../src/pdf/process/extractor-pool.ts';
import { newPool } from './extracting.ts';

/** A document of one test file, and a pool to read it with; both exist until they are disposed. */
export interface OwnDocument {
  path: string;
  pool: ExtractorPool;
}

export function ownDocument(make: () => Promise<Uint8Array> | Uint8Array): OwnDocument {
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-test-'));
  const path = join(folder, 'document.pdf');
  const pool = newPool();
  beforeAll(async () => {
    writeFileSync(path, await make());
    await pool.start();
  });
  afterAll(async () => {
    await pool[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });
  return { path, pool };
}

/** Draws a document, which has no page at first. */
export function drawnDocument(draw: (doc: Pdf) => void): OwnDocument {
  return ownDocument(() => render(draw, { autoFirstPage: false }));
}

export type Row = [y: number, ...cells: [x: number, text: string][]];

/** Creates a function that writes texts at given positions. */
export function writer(doc: Pdf) {
  return (rows: Row[], { font = 'Helvetica', size = 10, colour = '#000000' } = {}): void => {
    doc.font(font).fontSize(size).fillColor(colour);
    for (const [y, ...cells] of rows) {
      for (const [x, text] of cells) doc.text(text, x, y, { lineBreak: false });
    }
  };
}
