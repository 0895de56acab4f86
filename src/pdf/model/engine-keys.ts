import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tool } from './document.ts';

/** Raised when our own rules change what pages look like: pages stored before are then made again. */
const revision = 18;

/** A tool as it is now: its name, its package's version, and our rules. The same key does the same to a document. */
export const engineKeys: Readonly<Record<Tool, string>> = {
  PDFIUM: `PDFIUM ${versionOf('@embedpdf/pdfium')}/${revision}`,
  PDFJS: `PDFJS ${versionOf('pdfjs-dist')}/${revision}`,
  OCR: `OCR ${versionOf('@llamaindex/liteparse')}/${revision}`,
};

function versionOf(name: string): string {
  // Not every package exports its manifest, but all have one.
  const [folder] =
    createRequire(import.meta.url)
      .resolve.paths(name)
      ?.filter((each) => existsSync(join(each, name))) ?? [];
  const { version } = JSON.parse(readFileSync(join(folder ?? '', name, 'package.json'), 'utf8'));
  return String(version);
}
