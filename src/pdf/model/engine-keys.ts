import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Tool } from './document.ts';

/** Incremented when our rules change the pages. Pages stored with another revision are then extracted again. */
const revision = 24;

/**
 * The current version of each tool: its name, its package's version, and the revision of our rules. The same key gives
 * the same result.
 */
export const engineKeys: Readonly<Record<Tool, string>> = {
  PDFIUM: `PDFIUM ${versionOf('@embedpdf/pdfium')}/${revision}`,
  PDFJS: `PDFJS ${versionOf('pdfjs-dist')}/${revision}`,
  OCR: `OCR ${versionOf('@llamaindex/liteparse')}/${revision}`,
};

function versionOf(name: string): string {
  // Not every package exports its manifest, but all have one.
  for (const folder of createRequire(import.meta.url).resolve.paths(name) ?? []) {
    try {
      const { version } = JSON.parse(readFileSync(join(folder, name, 'package.json'), 'utf8'));
      return String(version);
    } catch {
      // It is in a folder further up. In a sandbox, even a look at another one may throw.
    }
  }
  throw new Error(`The package ${name} is not installed.`);
}
