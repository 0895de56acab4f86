import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type SuiteScores, scoreInvoices, suiteIn } from './lab/quality-suites.ts';

// Scores the Markdown of several suites and prints the scores beside those of the previous commit.
//
//   npm run bench -- quality [FOLDER…] [--reader PDFJS|LITEPARSE] [--out OUT] [--against OUT] [--save]
//
// The invoices of test/invoices are always scored. Each folder is a further suite:
//   score.mjs, dev/pdf, dev/truth/NAME.md     human transcriptions of pages: text, tables, headings
//   score.mjs, dev/pdf, dev/truth/NAME.json   tables of pages, and facts about them
//   check.mjs, cases.json, pdf                documents that were once read wrongly; runs a server and workers
//
// For pages that people have transcribed, it also prints how many blocks are right, by the confidence that they state.
//
// --out keeps the Markdown and the scores of all documents. --against lists the documents whose score differs from that
// of an earlier --out. --save writes the means to quality-scores.json, so that the next commit is compared with them.

const { values, positionals: folders } = parseArgs({
  allowPositionals: true,
  options: {
    reader: { type: 'string', default: 'PDFIUM' },
    out: { type: 'string' },
    against: { type: 'string' },
    save: { type: 'boolean', default: false },
  },
});
const reader = z.enum(['PDFIUM', 'PDFJS', 'LITEPARSE']).parse(values.reader);
const suites = folders.map((folder) => {
  const suite = suiteIn(folder);
  if (suite === null) fail(`${folder} is not a suite: it needs score.mjs and dev/truth, or check.mjs.`);
  return suite;
});
suites.push({ name: 'invoices', score: scoreInvoices });

const saved = fileURLToPath(new URL('quality-scores.json', import.meta.url));
const meansSchema = z.record(z.string(), z.record(z.string(), z.number()));
type Means = z.infer<typeof meansSchema>;
const before = committedMeans();
const out = values.out === undefined ? mkdtempSync(join(tmpdir(), 'pagehive-quality-')) : resolve(values.out);
const means: Means = {};

console.log(`${'suite'.padEnd(28)} ${'metric'.padEnd(12)} previous      now   change`);
for (const { name, score } of suites) {
  const scores = await score(reader, join(out, name));
  if (scores === null) continue;
  mkdirSync(join(out, name), { recursive: true });
  writeFileSync(join(out, name, 'documents.json'), JSON.stringify(scores.documents, null, 2));
  const key = `${name} ${reader}`;
  means[key] = Object.fromEntries(
    Object.entries(scores.metrics).map(([metric, value]) => [metric, Math.round(value * 1e4) / 1e4]),
  );
  for (const [metric, value] of Object.entries(means[key])) printMetric(key, metric, before[key]?.[metric], value);
  for (const line of scores.calibration ?? []) console.log(line);
  if (values.against !== undefined) printMoved(scores, join(values.against, name, 'documents.json'));
}
if (values.save) writeFileSync(saved, `${JSON.stringify({ ...savedMeans(), ...means }, null, 2)}\n`);
if (values.out === undefined) rmSync(out, { recursive: true });

/** Returns the scores as the last commit has them, not those that an earlier --save has written since. */
function committedMeans(): Means {
  try {
    const cwd = fileURLToPath(new URL('.', import.meta.url));
    const file = execFileSync('git', ['show', 'HEAD:./quality-scores.json'], {
      cwd,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    return meansSchema.parse(JSON.parse(file.toString()));
  } catch {
    return savedMeans();
  }
}

function savedMeans(): Means {
  return existsSync(saved) ? meansSchema.parse(JSON.parse(readFileSync(saved, 'utf8'))) : {};
}

function printMetric(suite: string, metric: string, previous: number | undefined, now: number): void {
  const change = previous === undefined || previous === now ? '' : (now - previous).toFixed(4).replace(/^(?=\d)/, '+');
  const columns = [previous?.toFixed(4) ?? '-', now.toFixed(4), change].map((column) => column.padStart(8));
  console.log(`${suite.padEnd(28)} ${metric.padEnd(12)} ${columns.join(' ')}`);
}

function printMoved({ documents }: SuiteScores, file: string): void {
  const earlier = z.record(z.string(), z.number()).parse(JSON.parse(readFileSync(file, 'utf8')));
  const moved = Object.entries(documents)
    .map(([name, now]) => ({ name, now, previous: earlier[name] ?? 0 }))
    .filter(({ now, previous }) => Math.abs(now - previous) > 0.0005)
    .sort((a, b) => a.now - a.previous - (b.now - b.previous));
  for (const { name, now, previous } of moved) printMetric(`  ${name}`, '', previous, now);
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}
