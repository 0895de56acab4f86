import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { LiteParse } from '@llamaindex/liteparse';
import { z } from 'zod';
import type { EngineName, ExtractedPage, PageBlock } from '../../src/pdf/model/document.ts';
import type { ExtractionRequest } from '../../src/pdf/model/extraction.ts';
import { prepareOcr } from '../../src/pdf/ocr/ocr-data.ts';
import { createExtractorPool, type ExtractorPool } from '../../src/pdf/process/extractor-pool.ts';
import { makeInvoices } from '../../test/invoices/invoices.ts';
import { type InvoiceScore, scoreInvoice } from '../../test/invoices/score.ts';
import { describeCalibration, judgeBlocks } from './calibration.ts';
import { extractionRequest } from './extraction-request.ts';
import { cli, openLab } from './lab.ts';

/** The scores of a suite, all from 0 to 1. */
export interface SuiteScores {
  /** Means over all documents, by metric. */
  metrics: Record<string, number>;
  /** The score of each document. */
  documents: Record<string, number>;
  /** How well the confidence of blocks agrees with the transcriptions; empty for suites without any. */
  calibration?: string[];
}

/** What extracts the Markdown: one of our engines, or LiteParse alone, to compare. */
export type Reader = EngineName | 'LITEPARSE';

/**
 * Scores a suite as a reader extracts it, and keeps the Markdown of its documents in `out`. Null if the reader cannot
 * run it.
 */
export type Suite = (reader: Reader, out: string) => Promise<SuiteScores | null>;

const run = promisify(execFile);

/**
 * Returns the suite in a folder: pages with their Markdown, pages with their tables, or cases. Null if it is neither.
 */
export function suiteIn(folder: string): { name: string; score: Suite } | null {
  const name = basename(resolve(folder));
  if (existsSync(join(folder, 'check.mjs'))) return { name, score: (reader) => scoreCases(folder, reader) };
  const truth = join(folder, 'dev/truth');
  if (!existsSync(join(folder, 'score.mjs')) || !existsSync(truth)) return null;
  const isTables = readdirSync(truth).some((file) => file.endsWith('.json'));
  return { name, score: (reader, out) => (isTables ? scoreTables : scoreText)(folder, reader, out) };
}

const ocrData = join(tmpdir(), 'pagehive-bench-ocr');

/** Extracts documents and writes their Markdown to `out`. Returns their blocks, which LiteParse does not have. */
export async function extractTo(
  out: string,
  documents: { name: string; path: string }[],
  reader: Reader,
  options: Partial<ExtractionRequest> = {},
): Promise<Map<string, PageBlock[]>> {
  const blocks = new Map<string, PageBlock[]>();
  mkdirSync(out, { recursive: true });
  await using pool = createExtractorPool({
    ...{ size: 1, memoryBytes: 4 * 1024 ** 3, recycleBytes: 2 * 1024 ** 3 },
    readable: [ocrData],
  });
  for (const { name, path } of documents) {
    if (reader === 'LITEPARSE') {
      writeFileSync(join(out, `${name}.md`), await markdownOfLiteparse(path));
      continue;
    }
    const pages = await pagesOf(pool, extractionRequest(path, { scratch: out, engine: reader, ...options }));
    writeFileSync(join(out, `${name}.md`), pages.map(({ markdown }) => markdown).join('\n\n'));
    blocks.set(
      name,
      pages.flatMap(({ details }) => details.blocks),
    );
  }
  return blocks;
}

async function pagesOf(pool: ExtractorPool, request: ExtractionRequest): Promise<ExtractedPage[]> {
  const pages: ExtractedPage[] = [];
  for await (const event of pool.extract(request, new AbortController().signal)) {
    if (event.type === 'group') pages.push(...event.pages);
  }
  return pages;
}

async function markdownOfLiteparse(path: string): Promise<string> {
  const parser = new LiteParse({ outputFormat: 'markdown', imageMode: 'off', ocrEnabled: false, quiet: true });
  return (await parser.parse(path)).text;
}

function documentsIn(folder: string): { name: string; path: string }[] {
  const files = readdirSync(folder).filter((file) => file.endsWith('.pdf'));
  return files.sort().map((file) => ({ name: file.slice(0, -'.pdf'.length), path: join(folder, file) }));
}

const textScores = z.object({
  means: z.object({ nid: z.number(), teds: z.number(), mhs: z.number(), overall: z.number() }),
  documents: z.array(z.object({ document_id: z.string(), scores: z.object({ overall: z.number() }) })),
});

/** Pages with their Markdown: text, tables and headings. */
async function scoreText(folder: string, reader: Reader, out: string): Promise<SuiteScores> {
  // Some of the pages are scans.
  const ocr = await prepareOcr(['eng'], ocrData);
  // The truth has headers, footers and hyphenation.
  const options = { ocr, keepHeadersFooters: true, keepHyphenation: true };
  const blocks = await extractTo(out, documentsIn(resolve(folder, 'dev/pdf')), reader, options);
  const { means, documents } = textScores.parse(await runScorer(folder, out));
  const { nid, teds, mhs, overall } = means;
  return {
    metrics: { NID: nid, TEDS: teds, MHS: mhs, overall },
    documents: Object.fromEntries(documents.map((document) => [document.document_id, document.scores.overall])),
    calibration: calibrationOf(folder, blocks),
  };
}

function calibrationOf(folder: string, blocks: Map<string, PageBlock[]>): string[] {
  const judged = [...blocks].flatMap(([name, own]) =>
    judgeBlocks(own, readFileSync(resolve(folder, 'dev/truth', `${name}.md`), 'utf8')),
  );
  return judged.length === 0 ? [] : describeCalibration(judged);
}

const tableScores = z.object({
  overall: z.object({
    adjacency: z.number(),
    rowsFound: z.number(),
    rowsAll: z.number(),
    factsHeld: z.number(),
    factsAll: z.number(),
  }),
  documents: z.array(z.object({ name: z.string(), mean: z.number() })),
});

/** Pages with their tables: relations of cells, rows and other facts. */
async function scoreTables(folder: string, reader: Reader, out: string): Promise<SuiteScores> {
  await extractTo(out, documentsIn(resolve(folder, 'dev/pdf')), reader);
  const { overall, documents } = tableScores.parse(await runScorer(folder, out));
  return {
    metrics: {
      'adjacency F': overall.adjacency,
      rows: overall.rowsFound / overall.rowsAll,
      facts: overall.factsHeld / overall.factsAll,
    },
    documents: Object.fromEntries(documents.map(({ name, mean }) => [name, mean])),
  };
}

/** Our own invoices, receipts, orders, statements and forms: rows of tables, labels with values, blocks of lines. */
export async function scoreInvoices(reader: Reader, out: string): Promise<SuiteScores> {
  const invoices = await makeInvoices();
  mkdirSync(out, { recursive: true });
  const files = invoices.map(({ name, bytes }) => {
    const path = join(out, `${name}.pdf`);
    writeFileSync(path, bytes);
    return { name, path };
  });
  await extractTo(out, files, reader);
  const scores = invoices.map(({ name, truth }) => ({
    name,
    score: scoreInvoice(readFileSync(join(out, `${name}.md`), 'utf8'), truth),
  }));
  const missing = scores.flatMap(({ name, score }) => score.missing.map((each) => `${name}: ${each}\n`));
  writeFileSync(join(out, 'missing.txt'), missing.join(''));
  const mean = (value: (score: InvoiceScore) => number) =>
    scores.reduce((sum, { score }) => sum + value(score), 0) / scores.length;
  return {
    metrics: {
      rows: mean(({ rows }) => rows),
      precision: mean(({ precision }) => precision),
      pairs: mean(({ pairs }) => pairs),
      blocks: mean(({ blocks }) => blocks),
    },
    documents: Object.fromEntries(
      scores.map(({ name, score }) => [name, (score.rows + score.precision + score.pairs + score.blocks) / 4]),
    ),
  };
}

async function runScorer(folder: string, out: string): Promise<unknown> {
  const scores = join(out, 'scores.json');
  const args = ['--pred', out, '--truth', resolve(folder, 'dev/truth'), '--json', scores];
  await run(process.execPath, [resolve(folder, 'score.mjs'), ...args]);
  return JSON.parse(readFileSync(scores, 'utf8'));
}

/** Whole jobs whose results must hold what is expected of them. They name their engine where it matters. */
async function scoreCases(folder: string, reader: Reader): Promise<SuiteScores | null> {
  if (reader !== 'PDFIUM') return null;
  await using lab = await openLab();
  for (const command of ['serve', 'work', 'maintain']) await lab.run(cli, [command]);
  const command = [resolve(folder, 'check.mjs'), '--url', lab.config.publicUrl];
  // The exit code is 1 if a case fails.
  const { stdout } = await run(process.execPath, command).catch((error: { stdout: string }) => error);
  const documents: Record<string, number> = {};
  for (const [, name = '', outcome] of stdout.matchAll(/^(.+?): (holds|fails)/gm)) {
    documents[name] = outcome === 'holds' ? 1 : 0;
  }
  const held = Object.values(documents);
  return { metrics: { hold: held.reduce((sum, value) => sum + value, 0) / held.length }, documents };
}
