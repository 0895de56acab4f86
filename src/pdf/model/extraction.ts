import type { DocumentFacts, EngineName, ExtractedPage, PageFailureCode, Tool } from './document.ts';
import type { ImageRequest, PageImages } from './images.ts';

/** The client's options for the Markdown. */
export interface PageOptions {
  /** Whether running headers, footers and page numbers stay in it. */
  keepHeadersFooters: boolean;
  /** Whether words broken at line ends stay broken. */
  keepHyphenation: boolean;
}

/** What to extract. Sent to the extractor process unchanged. */
export interface ExtractionRequest extends PageOptions {
  /** The tenant of the document. Documents of different owners are never read by the same process. */
  owner: string;
  /** A local file. */
  path: string;
  password: string | null;
  /** `options.pages` from the client, such as "1-5,9,20-"; null for all. */
  pages: string | null;
  engine: 'AUTO' | EngineName;
  /** Whether a page that no engine can read fails the whole document. */
  requireAllPages: boolean;
  /** Resident memory above which the process is killed, if less than the pool's own limit; null for that limit. */
  memoryBytes: number | null;
  /** More pages than this fail with PAGE_LIMIT. */
  maxPages: number;
  /** A folder for files that are handed over. Created with the first file; the caller reads and removes it. */
  scratch: string;
  /** Maximum total size of stored attachments, in bytes. */
  attachmentBytes: number;
  /** Images of the pages; null for none. */
  images: ImageRequest | null;
  /**
   * Pages that are already stored. They are not extracted again if the tools that open the document have the same key.
   */
  stored: StoredPages | null;
  /** Tools to avoid, because they crashed on this document. QUARANTINED if no engine is left. */
  avoid: Tool[];
  /** An engine that ran out of time or memory on the document: used only if no other engine opens it. */
  lastResort: EngineName | null;
  /** Pages that an engine must not read again, because they cost a process of this extraction. */
  skip: SkippedPage[];
  /** Options for OCR; null for no OCR. */
  ocr: OcrRequest | null;
  /** Whether it needs a process that has not served another document. */
  fresh: boolean;
}

/** A page that exceeds the abilities of an engine. */
export interface SkippedPage {
  engine: EngineName;
  page: number;
  failure: PageFailureCode;
}

/** The parameters of OCR. Sent to the extractor process unchanged. */
export interface OcrRequest {
  /** Tesseract's names, such as "eng", the most important one first. */
  languages: string[];
  /** The folder with the data of all of them. */
  dataPath: string;
  /** The versions of the data: the same key gives the same result. */
  key: string;
}

/** Pages that an earlier attempt stored. */
export interface StoredPages {
  /** The key of the tools that produced them, see `OpenedEvent.key`. */
  key: string;
  pages: PageRange[];
  /** Numbers of the pages that no engine could read. */
  unreadable: number[];
}

/** Inclusive, 1-based. */
export interface PageRange {
  first: number;
  last: number;
}

/** The document is open. Sent again after a crash: then earlier groups do not count, and the extraction starts over. */
export interface OpenedEvent {
  type: 'opened';
  facts: DocumentFacts;
  /** A file in the scratch folder with all stored attachments, concatenated; null without attachments. */
  attachmentsFile: string | null;
  engine: EngineName;
  /**
   * Identifies the tools that produce the pages: engines, their versions, and the revision of our rules. The same key
   * gives the same pages.
   */
  key: string;
  /** Pages that count as done because they are stored under this key. */
  pagesStored: number;
  /** Number of pages to extract, including those stored before. */
  pagesTotal: number;
}

/** What the process is about to do with the document. If it dies, this is responsible. */
export interface Reading {
  engine: Tool;
  /** Null unless it is a single page. */
  page: number | null;
  /** Number of pages that are finished together: no further event arrives before. */
  pages: number;
  /** During OCR, which reads page by page: the number of finished pages in the current group. Null at other times. */
  pagesReady: number | null;
  /** The pages, if they are drawn instead of read. */
  drawing?: number[];
}

/** The previous step is done, and the next one starts. */
export interface ReadingEvent extends Reading {
  type: 'reading';
}

/**
 * A group of pages is done, in page order. The process is at most one group ahead of the consumer, so memory stays
 * bounded.
 */
export interface GroupEvent {
  type: 'group';
  /** The range of this group. Groups are aligned to page 1, so a retry has the same ones. */
  range: PageRange;
  engine: EngineName;
  pages: ExtractedPage[];
  /** Null if no images were requested. */
  images: GroupImages | null;
}

export interface GroupImages {
  /** A file in the scratch folder with all of them; null without images. */
  file: string | null;
  /** One for each page of the group. */
  pages: PageImages[];
}

/**
 * A tool crashed on the document: by its own fault, not by a kill from outside, and not because of one page. The
 * extraction continues without the tool, or throws JobError PDF_CRASHES_EXTRACTOR if no engine is left.
 */
export interface CrashedEvent {
  type: 'crashed';
  engine: Tool;
  /** The engine and its version, as in `engineKeys`: another version may not crash. */
  key: string;
  /** The page that was being read, if it was a single one. */
  page: number | null;
  /** How the process died, such as "SIGSEGV". */
  detail: string;
}

export type ExtractionEvent = ReadingEvent | OpenedEvent | GroupEvent | CrashedEvent;

/**
 * Runs one extraction per slot at a time, in a separate process. The iteration throws `JobError` for faults of the
 * document and exceeded limits. Aborting `signal` kills the process group and throws the signal's reason.
 */
export interface Extractor extends AsyncDisposable {
  extract(request: ExtractionRequest, signal: AbortSignal): AsyncIterable<ExtractionEvent>;
}

/** Returns the engines that may read a document, the preferred one first. */
export function usableEngines({ engine, avoid }: Pick<ExtractionRequest, 'engine' | 'avoid'>): EngineName[] {
  const wanted: EngineName[] = engine === 'AUTO' ? ['PDFIUM', 'PDFJS'] : [engine];
  return wanted.filter((name) => !avoid.includes(name));
}
