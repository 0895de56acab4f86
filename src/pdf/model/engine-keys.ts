import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { EngineName } from './document.ts';

/** Raised when our own rules change what pages look like: pages stored before are then made again. */
const revision = 16;

/** An engine as it is now: its name, its package's version, and our rules. The same key does the same to a document. */
export const engineKeys: Readonly<Record<EngineName, string>> = {
  LITEPARSE: `LITEPARSE ${versionOf('@llamaindex/liteparse')}/${revision}`,
  PDFJS: `PDFJS ${versionOf('pdfjs-dist')}/${revision}`,
};

function versionOf(name: string): string {
  const file = createRequire(import.meta.url).resolve(`${name}/package.json`);
  const { version } = JSON.parse(readFileSync(file, 'utf8'));
  return String(version);
}
