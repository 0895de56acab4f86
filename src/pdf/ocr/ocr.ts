import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JobError } from '../../errors.ts';
import { garbledShare, readableIn } from '../content/garbled.ts';
import { ocrReason } from '../content/needs-ocr.ts';
import type { LiteparseEngine, OcrFound } from '../liteparse/liteparse-engine.ts';
import { liteparseOptions } from '../liteparse/liteparse-options.ts';
import type { OcrReason, PageOcr } from '../model/document.ts';
import { engineKeys } from '../model/engine-keys.ts';
import type { ExtractionRequest, OcrRequest, Reading } from '../model/extraction.ts';
import type { ReadPage } from '../model/read-page.ts';
import { withPicture } from './ocr-picture.ts';
import { withoutDoubles } from './own-words.ts';
import { asPicture } from './picture-document.ts';

/** Dots per inch: more finds hardly more words in type of a usual size, and takes longer. */
const finest = 200;
/** Enough to see which way up a page is. */
const coarse = 100;
/** Larger pages are drawn with fewer dots per inch: what time and memory OCR takes goes with the pixels, not with what they show. */
const mostPixels = 16_000_000;
/** What is read with less confidence than this is no text. */
const leastConfidence = 0.5;
/** Text that is upright is read with more confidence than this, and text that isn't with less. */
const uprightConfidence = 0.7;

/** What OCR needs to know of the extraction it is part of. */
export interface OcrContext {
  request: ExtractionRequest;
  engines: { liteparse: LiteparseEngine | null };
  report: (reading: Reading) => void;
}

/** The engine that OCR is done by, if it is asked for and may be used on this document: Tesseract is part of LiteParse. */
function ocrEngine({ request, engines }: Omit<OcrContext, 'report'>): LiteparseEngine | null {
  return request.ocr === null || request.avoid.includes('LITEPARSE') ? null : engines.liteparse;
}

/** What OCR adds to the key of what makes the pages. */
export function ocrKey(run: Omit<OcrContext, 'report'>): string {
  const { ocr } = run.request;
  return ocr === null || ocrEngine(run) === null ? '' : `, OCR ${engineKeys.LITEPARSE} ${ocr.key}`;
}

/** The pages of a group, those that need OCR read by it if the job asks for that: one after the other, as each takes long. */
export async function withOcr(run: OcrContext, pages: ReadPage[]): Promise<ReadPage[]> {
  const { ocr } = run.request;
  if (ocr === null) return pages;
  const needy = pages.flatMap((page) => {
    const reason = ocrReason(page);
    return reason === null ? [] : [{ page, reason }];
  });
  const engine = ocrEngine(run);
  const read = new Map<ReadPage, ReadPage>();
  for (const { page, reason } of needy) {
    const pagesReady = pages.length - needy.length + read.size;
    const report = () => run.report({ engine: 'LITEPARSE', page: page.number, pages: 1, pagesReady });
    const found = engine === null ? null : await readByOcr(engine, run.request, ocr, { page, reason }, report);
    const seen = engine === null || found === null ? null : await withPicture(engine, found);
    read.set(page, merge(page, reason, ocr, seen));
  }
  return pages.map((page) => read.get(page) ?? page);
}

/** What OCR finds on a page that may lie on its side or upside down; null if it could not be read. */
async function readByOcr(
  engine: LiteparseEngine,
  request: ExtractionRequest,
  { languages, dataPath }: OcrRequest,
  { page, reason }: { page: ReadPage; reason: OcrReason },
  report: () => void,
): Promise<OcrFound | null> {
  const options = await liteparseOptions(request);
  const finestOfPage = Math.min(finest, 72 * Math.sqrt(mostPixels / (page.width * page.height)));
  // LiteParse has nothing read where text is, be it garbage.
  const picture = reason === 'GARBLED' ? await asPicture(engine, options, page, finestOfPage) : null;
  const read = (turn: OcrFound['turn'], dots: number) => {
    // It would be downloaded.
    if (languages.some((language) => !existsSync(join(dataPath, `${language}.traineddata`)))) {
      throw new JobError('STORAGE_UNAVAILABLE', { detail: 'The data for OCR is gone.' });
    }
    report();
    const setting = { languages, dataPath, dpi: Math.min(dots, finestOfPage), turn };
    return engine.readByOcr(picture ?? options, picture === null ? page.number : 1, setting).catch(() => null);
  };
  const found = await read(0, finest);
  if (found === null || found.text.characters === 0 || isUpright(found)) return found;
  for (const turn of found.text.sideways ? sideways : anyTurn) {
    const glance = await read(turn, coarse);
    if (glance !== null && isUpright(glance)) return (await read(turn, finest)) ?? found;
  }
  return found;
}

/** Text that runs upwards is read as well as upright text, in the wrong order; that it runs downwards or upside down makes it nonsense. */
const [sideways, anyTurn] = [[90, 270] as const, [180, 270, 90] as const];

function isUpright({ text }: OcrFound): boolean {
  return !text.sideways && text.confidence > uprightConfidence;
}

function merge(page: ReadPage, reason: OcrReason, { languages }: OcrRequest, found: OcrFound | null): ReadPage {
  const outcome = (given: PageOcr['outcome'], confidence: number | null = null) => ({
    reason,
    found: { outcome: given, languages, confidence },
  });
  if (found === null) return { ...page, ocr: outcome('UNAVAILABLE') };
  const { text, turn } = found;
  if (text.confidence < leastConfidence) return { ...page, ocr: outcome('NOTHING_FOUND') };
  const isSame = turn === 0 && page.width === page.shown.width && page.height === page.shown.height;
  const own = isSame ? page : found.page;
  const { width, height } = own;
  // Of a picture of the page OCR knows no more than that.
  const { images, links, annotations, formFields } = reason === 'GARBLED' ? page : own;
  const isReadable = readableIn([...own.pieces, ...own.turned]);
  const isClean = (piece: ReadPage['pieces'][number]) => garbledShare([piece.text]) === 0 && isReadable(piece);
  const [pieces, turned] = [own.pieces, own.turned].map((all) => (reason === 'GARBLED' ? all.filter(isClean) : all));
  return {
    ...page,
    ...{ width, height, images, links, annotations, formFields },
    pieces: [...(pieces ?? []), ...withoutDoubles(text.pieces, pieces ?? [])],
    turned: turned ?? [],
    rules: found.page.rules,
    shapes: [],
    tables: found.page.tables,
    ocr: outcome('READ', Math.round(text.confidence * 1000) / 1000),
  };
}
