import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { DocumentFacts, EngineName, ExtractedPage } from '../../src/pdf/model/document.ts';
import type { ExtractionEvent, ExtractionRequest, Extractor, GroupEvent } from '../../src/pdf/model/extraction.ts';
import {
  createExtractorPool,
  type ExtractorPool,
  type ExtractorPoolOptions,
} from '../../src/pdf/process/extractor-pool.ts';

const GiB = 1024 ** 3;

export function newPool(options: Partial<ExtractorPoolOptions> = {}): ExtractorPool {
  return createExtractorPool({ size: 1, memoryBytes: 4 * GiB, recycleBytes: 2 * GiB, ...options });
}

/** A request for a fixture, such as "links" for test/fixtures/links.pdf. */
export function requestFor(fixture: string, more: Partial<ExtractionRequest> = {}): ExtractionRequest {
  return {
    path: fileURLToPath(new URL(`../fixtures/${fixture}.pdf`, import.meta.url)),
    owner: 'tenant',
    password: null,
    pages: null,
    engine: 'AUTO',
    keepHeadersFooters: false,
    keepHyphenation: false,
    requireAllPages: false,
    maxPages: 20_000,
    scratch: join(tmpdir(), `pagehive-test-${randomUUID()}`),
    attachmentBytes: 0,
    images: null,
    stored: null,
    avoid: [],
    skip: [],
    memoryBytes: null,
    lastResort: null,
    ocr: null,
    fresh: false,
    ...more,
  };
}

/** A fixture with changed bytes, which exists until it is disposed. */
export async function variantOf(fixture: string, change: (text: string) => string) {
  const folder = await mkdtemp(join(tmpdir(), 'pagehive-test-'));
  const path = join(folder, 'variant.pdf');
  await writeFile(path, change(await readFile(requestFor(fixture).path, 'latin1')), 'latin1');
  return { path, [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) };
}

export interface Extracted {
  facts: DocumentFacts;
  engine: EngineName;
  key: string;
  pagesStored: number;
  pagesTotal: number;
  groups: GroupEvent[];
  pages: ExtractedPage[];
}

/** Runs an extraction to its end. */
export async function extractAll(extractor: Extractor, request: ExtractionRequest): Promise<Extracted> {
  const groups: GroupEvent[] = [];
  let opened: Omit<Extracted, 'groups' | 'pages'> | null = null;
  for await (const event of extractor.extract(request, new AbortController().signal)) {
    if (event.type === 'opened') {
      opened = event;
    } else if (event.type === 'group') {
      groups.push(event);
    }
  }
  if (opened === null) {
    throw new Error('The extraction ended without having opened the document.');
  }
  return { ...opened, groups, pages: groups.flatMap((group) => group.pages) };
}

/** Returns the text of one page, with all white space as single spaces. */
export function textOf(extracted: Extracted, number: number): string {
  const page = extracted.pages.find((candidate) => candidate.number === number);
  return (page?.text ?? '').replace(/\s+/g, ' ').trim();
}

/** Starts an extraction and returns its first group, without events that announce work. The caller continues it. */
export async function begin(
  pool: ExtractorPool,
  request: ExtractionRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<{ events: AsyncIterator<ExtractionEvent>; first: ExtractionEvent[] }> {
  const events = pool.extract(request, signal)[Symbol.asyncIterator]();
  const first: ExtractionEvent[] = [];
  while (first.at(-1)?.type !== 'group') {
    const { value } = await events.next();
    if (value.type !== 'reading') first.push(value);
  }
  return { events, first };
}

/** Returns the remaining events, except those that announce work. */
export async function drain(events: AsyncIterator<ExtractionEvent>): Promise<ExtractionEvent[]> {
  const rest: ExtractionEvent[] = [];
  for await (const event of { [Symbol.asyncIterator]: () => events }) {
    if (event.type !== 'reading') rest.push(event);
  }
  return rest;
}

export function onlyProcess(pool: ExtractorPool): number {
  const [pid, ...others] = pool.processIds;
  if (pid === undefined || others.length > 0) {
    throw new Error(`The pool has ${pool.processIds.length} processes, not one.`);
  }
  return pid;
}

/** Whether a process is gone with its whole group. */
export function isGone(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return false;
  } catch {
    return true;
  }
}
