import { createHash } from 'node:crypto';
import { readdir } from 'node:fs/promises';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EngineName } from '../../src/pdf/model/document.ts';
import { engineKeys } from '../../src/pdf/model/engine-keys.ts';
import { extractAll, newPool, requestFor } from './extracting.ts';

/** The pages of our own documents, as the rules of one revision read them. */
export interface PageDigests {
  /** The keys of the engines, which include the revision of our rules. */
  engines: Record<EngineName, string>;
  /** SHA-256 of each document's pages; null if the document is refused. */
  documents: Record<string, string | null>;
}

export const recordedDigests = new URL('page-digests.json', import.meta.url);

const fixtures = fileURLToPath(new URL('../fixtures', import.meta.url));
const sample = fileURLToPath(new URL('../../samples/pagehive-sample.pdf', import.meta.url));

/** Extracts all fixtures and the beginning of the sample by both engines. */
export async function digestPages(): Promise<PageDigests> {
  const { PDFIUM, PDFJS } = engineKeys;
  const found = await readdir(fixtures);
  const paths = [...found.filter((name) => name.endsWith('.pdf')).map((name) => `${fixtures}/${name}`), sample].sort();
  const documents: PageDigests['documents'] = {};
  await using pool = newPool();
  for (const path of paths) {
    for (const engine of ['PDFIUM', 'PDFJS'] as const) {
      const request = requestFor('', { path, engine, pages: path === sample ? '1-40' : null });
      const pages = await extractAll(pool, request)
        .then(({ pages }) => pages)
        .catch(() => null);
      documents[`${basename(path, '.pdf')} ${engine}`] =
        pages && createHash('sha256').update(JSON.stringify(pages)).digest('hex').slice(0, 16);
    }
  }
  return { engines: { PDFIUM, PDFJS }, documents };
}
