import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { EngineName } from './document.ts';

/** Raised when our own rules change what pages look like: pages stored before are then made again. */
const revision = 1;

/** What makes an engine's pages: its name, its package's version, and our rules. The same key makes the same pages. */
export const engineKeys: Readonly<Record<EngineName, string>> = {
  LITEPARSE: `LITEPARSE ${versionOf('@llamaindex/liteparse')}/${revision}`,
  PDFJS: `PDFJS ${versionOf('pdfjs-dist')}/${revision}`,
};

/** By file, as not every package lets its package.json be imported. */
function versionOf(name: string): string {
  const paths = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const path of paths) {
    try {
      const { version } = JSON.parse(readFileSync(join(path, name, 'package.json'), 'utf8'));
      return String(version);
    } catch {
      // Not in this folder of packages.
    }
  }
  return 'unknown';
}
