import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { EngineName } from '../src/pdf/model/document.ts';
import { prepareOcr } from '../src/pdf/ocr/ocr-data.ts';
import { createExtractorPool, type ExtractorPool } from '../src/pdf/process/extractor-pool.ts';
import { extractionRequest } from './lab/extraction-request.ts';

// Scores the Markdown of each engine, in real extractor processes, against human transcriptions of the same pages.
//
//   npm run bench -- quality DIR [OUT]
//
// DIR, or EXTRACTION_BENCH, is a folder with a scorer for Markdown (score.mjs), dev/pdf/NAME.pdf and dev/truth/NAME.md.
// OUT keeps the Markdown and all scores, to compare them by document.

const folder = process.argv[2] ?? process.env.EXTRACTION_BENCH;
if (folder === undefined || !existsSync(join(folder, 'score.mjs'))) {
  console.error(
    'Nothing to score against: name a folder with score.mjs, dev/pdf and dev/truth, or set EXTRACTION_BENCH.',
  );
  process.exit(2);
}
const keep = process.argv[3];
// For scans among the documents.
const ocr = await prepareOcr(['eng'], join(tmpdir(), 'pagehive-bench-ocr'));
const out = keep === undefined ? mkdtempSync(join(tmpdir(), 'pagehive-quality-')) : resolve(keep);
const pdfs = resolve(folder, 'dev/pdf');
const names = readdirSync(pdfs)
  .filter((name) => name.endsWith('.pdf'))
  .map((name) => name.slice(0, -'.pdf'.length))
  .sort();

async function extract(pool: ExtractorPool, engine: EngineName, name: string): Promise<string> {
  const request = extractionRequest(join(pdfs, `${name}.pdf`), {
    engine,
    // The truth has headers, footers and hyphenation.
    keepHeadersFooters: true,
    keepHyphenation: true,
    scratch: out,
    ocr,
  });
  const pages: string[] = [];
  for await (const event of pool.extract(request, new AbortController().signal)) {
    if (event.type === 'group') pages.push(...event.pages.map(({ markdown }) => markdown));
  }
  return pages.join('\n\n');
}

console.log(`engine        NID    TEDS     MHS  overall   (${names.length} documents)`);
{
  await using pool = createExtractorPool({ size: 1, memoryBytes: 4 * 1024 ** 3, recycleBytes: 2 * 1024 ** 3 });
  for (const engine of ['PDFIUM', 'PDFJS'] as const) {
    const target = join(out, engine);
    mkdirSync(target, { recursive: true });
    for (const name of names) {
      writeFileSync(join(target, `${name}.md`), await extract(pool, engine, name));
    }
    const scores = join(out, `${engine}.json`);
    const truth = resolve(folder, 'dev/truth');
    const args = [resolve(folder, 'score.mjs'), '--pred', target, '--truth', truth, '--json', scores];
    execFileSync(process.execPath, args);
    const { means } = JSON.parse(readFileSync(scores, 'utf8'));
    const columns = [means.nid, means.teds, means.mhs, means.overall].map((mean) => Number(mean).toFixed(4));
    console.log(`${engine.padEnd(10)} ${columns.map((column) => column.padStart(7)).join(' ')}`);
  }
}
if (keep === undefined) rmSync(out, { recursive: true });
