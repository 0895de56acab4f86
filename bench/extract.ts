import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LiteParse } from '@llamaindex/liteparse';
import type { OcrRequest } from '../src/pdf/model/extraction.ts';
import { groupSize } from '../src/pdf/model/page-groups.ts';
import { prepareOcr } from '../src/pdf/ocr/ocr-data.ts';
import { PdfjsThread } from '../src/pdf/pdfjs/pdfjs-thread.ts';
import { cpuTime } from '../src/pdf/process/cpu-time.ts';
import { createExtractorPool, type ExtractorPool } from '../src/pdf/process/extractor-pool.ts';
import { extractionRequest } from './lab/extraction-request.ts';
import { openLab } from './lab/lab.ts';
import { startWholeJobs, type WholeJobs } from './lab/whole-jobs.ts';

// Measures pages per second of processor time: whole jobs from upload to end, including the server, the worker,
// PostgreSQL and Redis; our extraction with and without OCR, including this process; and, for comparison, LiteParse to
// Markdown in groups as large as ours, pdfjs to text, and pdftotext if it is installed.
//
//   npm run bench -- extract [FOLDER…]
//
// Each folder is a set of documents. The default is the sample, which is long, and the fixtures, which are short.

const root = fileURLToPath(new URL('../', import.meta.url));
const folders = process.argv.length > 2 ? process.argv.slice(2) : [join(root, 'samples'), join(root, 'test/fixtures')];
const rounds = 3;
const ocrData = join(tmpdir(), 'pagehive-bench-ocr');
const english = await prepareOcr(['eng'], ocrData);

interface Reader {
  name: string;
  /** Reads a document and returns its number of pages; 0 if it is unreadable. */
  read(path: string): Promise<number>;
  /** Processor time so far, in seconds. */
  seconds(): Promise<number>;
}

const own = async () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
};

function ours(pool: ExtractorPool, name: string, ocr: OcrRequest | null): Reader {
  return {
    name,
    async read(path) {
      let pages = 0;
      for await (const event of pool.extract(extractionRequest(path, { ocr }), new AbortController().signal)) {
        if (event.type === 'group') pages += event.pages.length;
      }
      return pages;
    },
    async seconds() {
      const children = await Promise.all(pool.processIds.map((pid) => cpuTime(pid)));
      return (await own()) + children.reduce((sum: number, time) => sum + (time ?? 0) / 1000, 0);
    },
  };
}

function wholeJobs(jobs: WholeJobs): Reader {
  return { name: 'whole job', read: (path) => jobs.run(path), seconds: async () => jobs.seconds() };
}

const liteparse: Reader = {
  name: 'liteparse md',
  async read(path) {
    const parser = new LiteParse({ outputFormat: 'markdown', ocrEnabled: false, quiet: true, maxPages: 2 ** 31 });
    let pages = 0;
    for await (const { result } of parser.parseBatches(path, { batchSize: groupSize })) pages += result.pages.length;
    return pages;
  },
  seconds: own,
};

function pdfjs(thread: PdfjsThread): Reader {
  return {
    name: 'pdfjs text',
    async read(path) {
      const document = await thread.open(new Uint8Array(readFileSync(path)), null, 60_000);
      for (let number = 1; number <= document.numPages; number += 1) {
        const page = await document.getPage(number);
        await page.getTextContent();
        page.cleanup();
      }
      const pages = document.numPages;
      await document.loadingTask.destroy();
      return pages;
    },
    seconds: own,
  };
}

const pdftotext: Reader = {
  name: 'pdftotext',
  async read(path) {
    const text = execFileSync('pdftotext', [path, '-'], { stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 2 ** 30 });
    return text.toString('latin1').split('\f').length - 1;
  },
  /** Processor time of all finished children. Linux only. */
  async seconds() {
    const fields = readFileSync('/proc/self/stat', 'utf8').split(') ')[1]?.split(' ') ?? [];
    return (Number(fields[13]) + Number(fields[14])) / 100;
  },
};

async function measure(reader: Reader, paths: string[]): Promise<number> {
  const before = await reader.seconds();
  let pages = 0;
  for (const path of paths) pages += await reader.read(path).catch(() => 0);
  return pages / ((await reader.seconds()) - before);
}

{
  await using lab = await openLab();
  await using jobs = await startWholeJobs(lab);
  const memory = { memoryBytes: 4 * 1024 ** 3, recycleBytes: 4 * 1024 ** 3 };
  await using pool = createExtractorPool({ size: 1, ...memory, readable: [ocrData] });
  await pool.start();
  const thread = new PdfjsThread();
  await thread.ready();
  const ownReaders = [wholeJobs(jobs), ours(pool, 'extraction', null), ours(pool, 'with OCR', english)];
  const readers = [...ownReaders, liteparse, pdfjs(thread), pdftotext];
  for (const folder of folders) {
    const paths = readdirSync(folder)
      .filter((name) => name.endsWith('.pdf'))
      .map((name) => join(folder, name));
    // The first round warms up.
    for (let round = 0; round <= rounds; round += 1) {
      const results: string[] = [];
      for (const reader of readers) {
        const speed = await measure(reader, paths);
        results.push(`${reader.name} ${speed.toFixed(speed < 10 ? 2 : 0)}`);
      }
      if (round > 0) console.log(`${basename(folder)}, round ${round}, pages per CPU second: ${results.join('   ')}`);
    }
  }
}
process.exit(0);
