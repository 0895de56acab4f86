import type { ExtractedPage, PageDetails } from '../../src/pdf/model/document.ts';
import type {
  ExtractionEvent,
  ExtractionRequest,
  Extractor,
  GroupEvent,
  OpenedEvent,
} from '../../src/pdf/model/extraction.ts';
import type { StoredDocument } from '../../src/results/stored-json.ts';

/** Makes an extractor from a function, in place of the extractor processes. */
export function extractorOf(
  extract: (request: ExtractionRequest, signal: AbortSignal) => AsyncIterable<ExtractionEvent>,
): Extractor {
  return { extract, async [Symbol.asyncDispose]() {} };
}

export const facts: StoredDocument = {
  pageCount: 3,
  metadata: {
    title: null,
    author: null,
    subject: null,
    keywords: null,
    creator: null,
    producer: null,
    createdAt: null,
    modifiedAt: null,
    pdfVersion: '1.7',
    tagged: false,
    encrypted: false,
    permissions: null,
    language: null,
    xmp: null,
  },
  outline: [],
  attachments: [],
  attachmentsKey: null,
  fallback: null,
  notices: [],
};

export const details: PageDetails = {
  engine: 'PDFJS',
  fallback: null,
  ocrReason: null,
  ocr: null,
  language: null,
  hidden: [],
  annotations: [],
  formFields: [],
  blocks: [],
};

export function page(number: number, text = `Page ${number}.`): ExtractedPage {
  return {
    ...{ number, label: null, width: 595, height: 842, rotation: 0, text, markdown: text, links: [], details },
    failure: null,
  };
}

export function opened(pagesTotal: number): OpenedEvent {
  return {
    type: 'opened',
    facts: { ...facts, pageCount: pagesTotal },
    engine: 'PDFJS',
    key: 'test',
    attachmentsFile: null,
    pagesTotal,
    pagesStored: 0,
  };
}

/** A group event with these pages. */
export function group(first: number, last: number): GroupEvent {
  const pages = Array.from({ length: last - first + 1 }, (_, index) => page(first + index));
  return { type: 'group', range: { first, last }, engine: 'PDFJS', pages, images: null };
}

/** Rejects with the reason once the signal is aborted, as a killed extractor does. */
export function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    if (signal.aborted) reject(signal.reason);
    signal.addEventListener('abort', () => reject(signal.reason));
  });
}

/** A promise with its resolve function. */
export function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let settle: (value: T) => void = () => {};
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, resolve: (value) => settle(value) };
}

/** An extractor that emits these events and then hangs, like one that parses a malicious document. */
export function endless(...events: ExtractionEvent[]): Extractor & { began: Promise<void>; aborted: Promise<unknown> } {
  const began = deferred<void>();
  const aborted = deferred<unknown>();
  return {
    ...extractorOf(async function* (_, signal) {
      yield* events;
      began.resolve();
      try {
        await untilAborted(signal);
      } finally {
        aborted.resolve(signal.reason);
      }
    }),
    began: began.promise,
    aborted: aborted.promise,
  };
}

/** An extractor that emits its next event at each `step()`, for one job after another. */
export function stepwise(...events: ExtractionEvent[]): Extractor & { step(): void } {
  let allowed = 0;
  let waiting: (() => void) | null = null;
  return {
    ...extractorOf(async function* (_, signal) {
      const aborted = untilAborted(signal);
      aborted.catch(() => {});
      for (const event of events) {
        while (allowed === 0) {
          const step = new Promise<void>((resolve) => {
            waiting = resolve;
          });
          await Promise.race([step, aborted]);
        }
        allowed -= 1;
        yield event;
      }
    }),
    step() {
      allowed += 1;
      waiting?.();
    },
  };
}
