import type { DocumentFacts, EngineName, ExtractedPage, PageFailureCode, Tool } from './document.ts';
import type { ImageRequest, PageImages } from './images.ts';

/** What the client chose about the Markdown. */
export interface PageOptions {
  /** Running headers, footers and page numbers stay in it. */
  keepHeadersFooters: boolean;
  /** Words parted at line ends stay parted. */
  keepHyphenation: boolean;
}

/** What to extract. Crosses to the extractor process as it is. */
export interface ExtractionRequest extends PageOptions {
  /** A local file. */
  path: string;
  password: string | null;
  /** `options.pages` as the client wrote it, such as "1-5,9,20-"; null for all. */
  pages: string | null;
  engine: 'AUTO' | EngineName;
  /** A page that no engine can read fails the document, instead of only itself. */
  requireAllPages: boolean;
  /** More pages than this to extract is PAGE_LIMIT. */
  maxPages: number;
  /** A folder for files to hand over: made when there is one, read and removed by whoever asked. */
  scratch: string;
  /** Bytes of attachments in all that are kept. */
  attachmentBytes: number;
  /** Images of the pages; null for none. */
  images: ImageRequest | null;
  /** Pages that are stored already: not extracted again if what opens the document now has the same key. */
  stored: StoredPages | null;
  /** Tools not to use: they crashed on this document. If no engine is left: QUARANTINED. */
  avoid: Tool[];
  /** An engine that ran out of time or memory on it: to be used only if no other opens it. */
  lastResort: EngineName | null;
  /** Pages that an engine is not to read any more, as they cost a process of this extraction already. */
  skip: SkippedPage[];
  /** How to read pages that are pictures; null: not at all. */
  ocr: OcrRequest | null;
  /** In a process that has not served a document before. */
  fresh: boolean;
}

/** A page that is too much for an engine. */
export interface SkippedPage {
  engine: EngineName;
  page: number;
  failure: PageFailureCode;
}

/** What OCR reads with. Crosses to the extractor process as it is. */
export interface OcrRequest {
  /** As Tesseract calls them, such as "eng"; the first one counts most. */
  languages: string[];
  /** The folder with the data of all of them. */
  dataPath: string;
  /** The data in its versions: the same does the same to a page. */
  key: string;
}

/** Pages that an earlier attempt stored. */
export interface StoredPages {
  /** What made them, see `OpenedEvent.key`. */
  key: string;
  pages: PageRange[];
  /** The numbers of those that no engine could read. */
  unreadable: number[];
}

/** Inclusive, 1-based. */
export interface PageRange {
  first: number;
  last: number;
}

/** The document is open. Comes again after a crash: then groups before it don't count, everything begins anew. */
export interface OpenedEvent {
  type: 'opened';
  facts: DocumentFacts;
  /** A file in the scratch folder with all attachments that are kept, one after the other; null if there are none. */
  attachmentsFile: string | null;
  engine: EngineName;
  /** What makes the pages: engines, their versions, and the revision of our own rules. The same key makes the same pages. */
  key: string;
  /** Pages that count as done because they are stored under this key. */
  pagesStored: number;
  /** Pages to extract in all, those stored before included. */
  pagesTotal: number;
}

/** What the process is about to do with the document: who is to blame if it is the last that is heard of it. */
export interface Reading {
  engine: Tool;
  /** Null where it is not one page alone. */
  page: number | null;
  /** Pages that will be done together: nothing is heard of any until all of them are. */
  pages: number;
  /** While OCR reads one page after the other: pages of the group under way that are ready, one way or the other. Null at other times. */
  pagesReady: number | null;
  /** The pages, when they are drawn and not read. */
  drawing?: number[];
}

/** What was begun before is done, and the next thing begins. */
export interface ReadingEvent extends Reading {
  type: 'reading';
}

/** A group of pages is done, in page order. The next group is at most one ahead of the consumer, so memory stays bounded. */
export interface GroupEvent {
  type: 'group';
  /** What this group covers; groups are aligned to page 1, so a retry makes the same ones. */
  range: PageRange;
  engine: EngineName;
  pages: ExtractedPage[];
  /** Null if no images were asked for. */
  images: GroupImages | null;
}

export interface GroupImages {
  /** A file in the scratch folder with all of them; null if there are none. */
  file: string | null;
  /** One for each page of the group. */
  pages: PageImages[];
}

/**
 * A tool made its process die while it had the document: by a fault of its own, not by a kill from outside, and not over one page. What
 * follows is the same document without it, or JobError PDF_CRASHES_EXTRACTOR if no engine is left.
 */
export interface CrashedEvent {
  type: 'crashed';
  engine: Tool;
  /** The engine in its version, as in `engineKeys`: another version may not crash. */
  key: string;
  /** The page that was being read, where it was one alone. */
  page: number | null;
  /** How the process died, such as "SIGSEGV". */
  detail: string;
}

export type ExtractionEvent = ReadingEvent | OpenedEvent | GroupEvent | CrashedEvent;

/**
 * Runs one extraction at a time per slot in a process of its own. The iteration throws `JobError` for everything that
 * is the document's fault or a limit; aborting `signal` kills the process group and throws the signal's reason.
 */
export interface Extractor extends AsyncDisposable {
  extract(request: ExtractionRequest, signal: AbortSignal): AsyncIterable<ExtractionEvent>;
}

/** Returns the engines that may read a document, the preferred one first. */
export function usableEngines({ engine, avoid }: Pick<ExtractionRequest, 'engine' | 'avoid'>): EngineName[] {
  const wanted: EngineName[] = engine === 'AUTO' ? ['PDFIUM', 'PDFJS'] : [engine];
  return wanted.filter((name) => !avoid.includes(name));
}
