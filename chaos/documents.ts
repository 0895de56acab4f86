import { readFileSync } from 'node:fs';
import type { Random } from './random.ts';

/** A kind of document in the stream. The reference run determines its expected outcome. */
export interface DocumentKind {
  name: string;
  /** The path from the root of the repository. */
  file: string;
  options: JobOptionsInput;
  /** Its relative frequency. */
  weight: number;
  /** Codes that are acceptable besides the outcome of the reference run. */
  mayFail?: readonly string[];
  /** Its URL does not exist. */
  missing?: boolean;
}

export interface JobOptionsInput {
  password?: string;
  pages?: string;
  engine?: 'AUTO' | 'PDFJS';
  thumbnails?: boolean;
  timeoutSeconds?: number;
  noProgressSeconds?: number;
  maxRetries?: number;
}

const fixtures = 'test/fixtures';
const sample = 'samples/pagehive-sample.pdf';
const none: JobOptionsInput = {};

const small = [
  'one-page',
  'columns',
  'table',
  'headings',
  'links',
  'outline',
  'labels',
  'form',
  'restricted',
  'rotated',
];
const odd = ['metadata', 'cjk', 'rtl', 'repairable', 'junk-before', 'attachment', 'blank', 'cjk-cmaps'];

/** All kinds of documents in the stream. */
export const documentKinds: readonly DocumentKind[] = [
  ...small.map((name) => ({ name, file: `${fixtures}/${name}.pdf`, options: none, weight: 3 })),
  ...odd.map((name) => ({ name, file: `${fixtures}/${name}.pdf`, options: none, weight: 1 })),
  { name: 'opened', file: `${fixtures}/encrypted.pdf`, options: { password: 'pagehive' }, weight: 3 },
  { name: 'large', file: `${fixtures}/many-pages.pdf`, options: none, weight: 14 },
  { name: 'large by pdfjs', file: `${fixtures}/many-pages.pdf`, options: { engine: 'PDFJS' }, weight: 5 },
  { name: 'ranges', file: `${fixtures}/many-pages.pdf`, options: { pages: '3-40,90-200,299-' }, weight: 5 },
  { name: 'drawn', file: `${fixtures}/many-pages.pdf`, options: { pages: '1-100', thumbnails: true }, weight: 5 },
  { name: 'very large', file: sample, options: none, weight: 12 },
  {
    name: 'slow',
    file: sample,
    options: { engine: 'PDFJS', timeoutSeconds: 1 },
    weight: 3,
    mayFail: ['TIME_LIMIT'],
  },
  { name: 'damaged', file: `${fixtures}/damaged.pdf`, options: none, weight: 3 },
  { name: 'truncated', file: `${fixtures}/truncated.pdf`, options: none, weight: 2 },
  { name: 'empty', file: `${fixtures}/empty.pdf`, options: none, weight: 2 },
  { name: 'no pages', file: `${fixtures}/no-pages.pdf`, options: none, weight: 1 },
  { name: 'a web page', file: `${fixtures}/not-a-pdf.pdf`, options: none, weight: 1 },
  { name: 'encrypted', file: `${fixtures}/encrypted.pdf`, options: none, weight: 2 },
  { name: 'wrong password', file: `${fixtures}/encrypted.pdf`, options: { password: 'wasp' }, weight: 2 },
  { name: 'no such page', file: `${fixtures}/one-page.pdf`, options: { pages: '7-9' }, weight: 1 },
  { name: 'missing', file: `${fixtures}/one-page.pdf`, options: none, weight: 2, missing: true },
];

const read = new Map<string, Buffer>();

/**
 * The bytes of a document, made unique by `number`: if one is blamed for a crash, its stored hash affects no other job.
 */
export function bytesOf(kind: DocumentKind, number: number): Buffer {
  let bytes = read.get(kind.file);
  if (bytes === undefined) {
    bytes = readFileSync(new URL(`../${kind.file}`, import.meta.url));
    read.set(kind.file, bytes);
  }
  // A comment after the end changes nothing that is rendered.
  return bytes.length === 0 ? bytes : Buffer.concat([bytes, Buffer.from(`\n% ${number}\n`)]);
}

export function pickDocument(random: Random, kinds: readonly DocumentKind[]): DocumentKind {
  let left = random.next() * kinds.reduce((sum, { weight }) => sum + weight, 0);
  for (const kind of kinds) {
    left -= kind.weight;
    if (left < 0) return kind;
  }
  return random.pick(kinds);
}
