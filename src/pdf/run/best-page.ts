import type { ObjectHints } from '../file/object-hints.ts';
import type { StreamHints } from '../file/stream-hints.ts';
import type { Fallback } from '../model/document.ts';
import type { ExtractionRequest, Reading } from '../model/extraction.ts';
import type { ReadPage } from '../model/read-page.ts';
import { UnreadablePageError } from '../model/unreadable-page.ts';
import type { PdfjsDocument } from '../pdfjs/pdfjs-document.ts';
import { checkHidden, mayHide } from './check-hidden.ts';
import type { Engines } from './engines.ts';
import { fallbackReason, isBetter } from './fallback.ts';
import { factsMilliseconds } from './open-document.ts';
import { restoreRare } from './rare-characters.ts';

/** One extraction in this process. `report` is told of what comes next before it is done, as it may be the last thing done. */
export interface Run {
  request: ExtractionRequest;
  engines: Engines;
  report: (reading: Reading) => void;
}

export interface OpenPdfjs {
  /** Null where pdfjs cannot open the document or may not. */
  pdfjs: PdfjsDocument | null;
  hints: StreamHints | null;
  objects: ObjectHints;
}

/** A page that pdfjs does not get done with by then may draw itself without end; LiteParse's is good enough for it. */
const glanceMilliseconds = 5_000;

/** LiteParse's page with what it doesn't tell, or pdfjs' own where LiteParse's is missing or known to be wrong. */
export async function bestPage(
  run: Run,
  number: number,
  page: ReadPage | undefined,
  { pdfjs, hints, objects }: OpenPdfjs,
): Promise<ReadPage> {
  const spare = run.request.engine === 'AUTO' ? pdfjs : null;
  if (page === undefined) {
    return instead(await readByPdfjs(run, number, spare), 'UNREADABLE');
  }
  if (pdfjs === null) {
    return page;
  }
  const reason = spare === null ? null : fallbackReason(page);
  const hides = mayHide(page, hints);
  let seen: ReadPage | null = null;
  if (reason !== null || hides || hints?.rareCharacters === true) {
    run.report({ engine: 'PDFJS', page: number, pages: 1, pagesReady: null });
    seen = await pdfjs.glance(number, glanceMilliseconds);
  }
  if (reason !== null && seen !== null && isBetter(reason, page, seen)) {
    return instead(seen, reason);
  }
  const rotation = objects.rotations ? await pdfjs.rotationOf(number, factsMilliseconds) : 0;
  return { ...(seen === null ? page : restoreRare(hides ? checkHidden(page, seen) : page, seen)), rotation };
}

function instead(page: ReadPage, fallback: Fallback): ReadPage {
  return { ...page, fallback };
}

/** Throws `UnreadablePageError` where pdfjs cannot read the page, or may not. */
export async function readByPdfjs(run: Run, number: number, pdfjs: PdfjsDocument | null): Promise<ReadPage> {
  if (pdfjs === null) {
    throw new UnreadablePageError(number, 'DAMAGED');
  }
  run.report({ engine: 'PDFJS', page: number, pages: 1, pagesReady: null });
  return pdfjs.readPage(number);
}
