import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { JobError } from '../src/errors.ts';
import { createExtractorPool, type ExtractorPool } from '../src/pdf/process/extractor-pool.ts';
import { extractionRequest } from './lab/extraction-request.ts';

// Extracts documents with random damage and counts the outcomes. None may end with INTERNAL or exceed a time limit.
//
//   npm run bench -- fuzz FOLDER [COUNT] [SEED]
//
// FOLDER has PDFs. COUNT is 2,000 by default; the same SEED makes the same damage. Documents with a bad outcome are
// kept in a folder. The exit code is 1 if there are any.

const [folder, count = '2000', seed = '1'] = process.argv.slice(2);
if (folder === undefined) {
  console.error('usage: npm run bench -- fuzz FOLDER [COUNT] [SEED]');
  process.exit(2);
}

const MiB = 1024 ** 2;
/** The time limit of an extraction, in milliseconds; exceeding it is a bad outcome. */
const limit = 60_000;
/** Maximum size of a document, in bytes; skipping larger ones leaves time for more documents. */
const largest = 2 * MiB;

/** Random numbers from 0 to below 1, reproducible by seed (mulberry32). */
function randomFrom(start: number): () => number {
  let state = start >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const random = randomFrom(Number(seed));
const below = (end: number) => Math.floor(random() * end);

/** Functions that return a damaged copy. */
const damages: ((bytes: Buffer) => Buffer)[] = [
  function flipBytes(bytes) {
    const copy = Buffer.from(bytes);
    for (let each = 1 + below(40); each > 0; each -= 1) copy[below(copy.length)] = below(256);
    return copy;
  },
  function changeDigits(bytes) {
    const copy = Buffer.from(bytes);
    for (let each = 1 + below(20); each > 0; each -= 1) {
      let at = below(copy.length);
      while (at < copy.length && !isDigit(copy[at])) at += 1;
      if (at < copy.length) copy[at] = 0x30 + below(10);
    }
    return copy;
  },
  function cutOff(bytes) {
    return Buffer.from(bytes.subarray(0, 1 + below(bytes.length)));
  },
  function removePart(bytes) {
    const from = below(bytes.length);
    return Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + below(2_000))]);
  },
  function repeatPart(bytes) {
    const from = below(bytes.length);
    const part = bytes.subarray(from, from + below(2_000));
    return Buffer.concat([bytes.subarray(0, from), part, part, bytes.subarray(from)]);
  },
];

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/** Returns the code with which an extraction ends. */
async function outcome(pool: ExtractorPool, path: string, scratch: string): Promise<string> {
  try {
    for await (const _ of pool.extract(extractionRequest(path, { scratch }), AbortSignal.timeout(limit))) {
      // Only the outcome matters.
    }
    return 'COMPLETED';
  } catch (error) {
    if (error instanceof JobError) return error.code;
    return error instanceof DOMException ? 'TOO_LONG' : `NO_CODE ${error}`;
  }
}

const names = readdirSync(folder).filter((name) => name.endsWith('.pdf'));
const documents = names
  .map((name) => ({ name, bytes: readFileSync(resolve(folder, name)) }))
  .filter(({ bytes }) => bytes.length > 0 && bytes.length <= largest);
const kept = mkdtempSync(join(tmpdir(), 'pagehive-fuzz-'));
const outcomes = new Map<string, number>();
let bad = 0;
{
  await using pool = createExtractorPool({ size: 2, memoryBytes: 1024 * MiB, recycleBytes: 512 * MiB });
  await pool.start();
  let next = 0;
  const run = async () => {
    while (next < Number(count)) {
      const index = next;
      next += 1;
      const document = documents[below(documents.length)];
      const damage = damages[below(damages.length)];
      if (document === undefined || damage === undefined) return;
      const path = join(kept, `${index}-${damage.name}-${document.name}`);
      writeFileSync(path, damage(document.bytes));
      const code = await outcome(pool, path, join(kept, 'scratch'));
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
      const isBad = code === 'INTERNAL' || code === 'TOO_LONG' || code.startsWith('NO_CODE');
      if (isBad) console.log(`${code}  ${path}`);
      else rmSync(path);
      bad += isBad ? 1 : 0;
    }
  };
  await Promise.all([run(), run()]);
}
for (const [code, times] of [...outcomes].sort((a, b) => b[1] - a[1]))
  console.log(`${String(times).padStart(6)}  ${code}`);
if (bad === 0) rmSync(kept, { recursive: true });
process.exitCode = bad === 0 ? 0 : 1;
