import type { LiteParse, LiteParseConfig, ParseResult } from '@llamaindex/liteparse';
import { JobError } from '../errors.ts';
import { cleanFact } from './clean-text.ts';
import type { DocumentMetadata } from './document.ts';
import { readDate } from './document-facts.ts';
import { toReadPage, turnOf } from './liteparse-page.ts';
import { groupSize, type PageGroup } from './page-groups.ts';
import type { ReadPage } from './read-page.ts';

type LiteParseConstructor = new (config: Partial<LiteParseConfig>) => LiteParse;

/** What LiteParse can tell of a document by itself: less than pdfjs, but it opens some that pdfjs refuses. */
export interface LiteparseFacts {
  pageCount: number;
  metadata: DocumentMetadata;
}

export interface LiteparseOptions {
  /** A path that ends in .pdf, or the bytes: by any other name LiteParse looks for a program that converts it. */
  source: string | Uint8Array;
  password: string | null;
}

/** The native engine; null where it has no binary for this machine. */
export async function loadLiteparse(): Promise<LiteparseEngine | null> {
  try {
    const module = await import('@llamaindex/liteparse');
    return new LiteparseEngine(module.LiteParse);
  } catch {
    return null;
  }
}

export class LiteparseEngine {
  readonly #LiteParse: LiteParseConstructor;

  constructor(implementation: LiteParseConstructor) {
    this.#LiteParse = implementation;
  }

  #parser(options: LiteparseOptions, more: Partial<LiteParseConfig>): LiteParse {
    return new this.#LiteParse({
      // Its Markdown is not used; without it, all the rest comes in two thirds of the time.
      outputFormat: 'json',
      imageMode: 'off',
      ocrEnabled: false,
      extractAnnotations: true,
      extractBlocks: true,
      extractTextMetadata: true,
      extractVectorGraphics: true,
      extractLinks: false,
      continueOnPageError: true,
      // By default it stops after 1000 pages without a word.
      maxPages: 2 ** 31,
      numWorkers: 1,
      quiet: true,
      password: options.password ?? undefined,
      ...more,
    });
  }

  /** Opens the document for its page count, which takes one page. Throws `JobError` with what is wrong with it. */
  async open(options: LiteparseOptions): Promise<LiteparseFacts> {
    try {
      const result = await this.#parser(options, { targetPages: '1', extractDocumentMetadata: true }).parse(
        options.source,
      );
      return { pageCount: result.totalPages, metadata: toMetadata(result) };
    } catch (error) {
      throw asJobError(error, options.password);
    }
  }

  /** The pages of one group, but for those it cannot read. */
  async readGroup(options: LiteparseOptions, group: PageGroup): Promise<ReadPage[]> {
    return this.#toPages(
      options,
      await this.#parser(options, { targetPages: group.pages.join(',') }).parse(options.source),
    );
  }

  /** All groups of the document from one opening of it; otherwise the same as `readGroup` on each of them. */
  async *readAllGroups(options: LiteparseOptions): AsyncGenerator<ReadPage[]> {
    for await (const batch of this.#parser(options, {}).parseBatches(options.source, { batchSize: groupSize })) {
      yield await this.#toPages(options, batch.result);
    }
  }

  /** LiteParse garbles text that doesn't run upright on the display, so such pages are read again, turned. */
  async #toPages(options: LiteparseOptions, result: ParseResult): Promise<ReadPage[]> {
    const failed = new Set(result.pageErrors.map(({ pageNum }) => pageNum));
    const read = result.pages.filter(({ pageNum }) => !failed.has(pageNum));
    const turns = read.map((page) => ({ page: page.pageNum, angle: turnOf(page) })).filter(({ angle }) => angle !== 0);
    if (turns.length === 0) {
      return read.map((page) => toReadPage(page, page));
    }
    const targetPages = turns.map(({ page }) => page).join(',');
    const turned = await this.#parser(options, { targetPages, pageOrientationCorrections: turns }).parse(
      options.source,
    );
    return read.map((page) => toReadPage(page, turned.pages.find(({ pageNum }) => pageNum === page.pageNum) ?? page));
  }
}

function asJobError(error: unknown, password: string | null): JobError {
  const needsPassword = error instanceof Error && error.message.includes('password required');
  if (needsPassword) {
    return new JobError(password === null ? 'PDF_ENCRYPTED' : 'PDF_WRONG_PASSWORD', { cause: error });
  }
  return new JobError('PDF_DAMAGED', { cause: error });
}

function toMetadata(result: ParseResult): DocumentMetadata {
  const version = result.docMeta?.fileVersion;
  return {
    title: null,
    author: null,
    subject: null,
    keywords: null,
    creator: cleanFact(result.creator),
    producer: cleanFact(result.producer),
    createdAt: readDate(result.docMeta?.creationDate),
    modifiedAt: readDate(result.docMeta?.modDate),
    pdfVersion: version === undefined ? null : `${Math.floor(version / 10)}.${version % 10}`,
    tagged: false,
    encrypted: result.docMeta?.isEncrypted === true,
  };
}
