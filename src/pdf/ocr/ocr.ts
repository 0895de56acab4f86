import { garbledShare, readableIn } from '../content/garbled.ts';
import { ocrReason } from '../content/needs-ocr.ts';
import type { PageDrawing } from '../images/page-drawing.ts';
import type { LiteparseEngine } from '../liteparse/liteparse-engine.ts';
import { meanConfidence } from '../liteparse/ocr-text.ts';
import type { Box } from '../model/box.ts';
import type { OcrReason, PageOcr } from '../model/document.ts';
import { engineKeys } from '../model/engine-keys.ts';
import type { ExtractionRequest, OcrRequest, Reading } from '../model/extraction.ts';
import type { ReadPage } from '../model/read-page.ts';
import { drawForOcr } from './ocr-drawing.ts';
import { readPicture } from './ocr-picture.ts';
import { withoutDoubles } from './own-words.ts';
import { readPictures } from './read-pictures.ts';
import { type OcrFound, readUpright } from './read-upright.ts';
import { turnPage, turnPicture } from './turn-page.ts';
import { unreadPictures } from './unread-pictures.ts';

/** Minimum confidence of a text. */
const minConfidence = 0.5;

/** The part of an extraction that OCR depends on. */
export interface OcrContext {
  request: ExtractionRequest;
  engines: {
    /** Null if OCR has no binary for this machine. */
    ocr(): Promise<LiteparseEngine | null>;
  };
  drawing: PageDrawing;
  report: (reading: Reading) => void;
  /** Reports the page that an engine works on from now on; null for none. */
  onPage: (page: number | null) => void;
}

/** Returns the part of the key of the tools that depends on OCR. */
export function ocrKey({ ocr, avoid }: ExtractionRequest): string {
  return ocr === null || avoid.includes('OCR') ? '' : `, ${engineKeys.OCR} ${ocr.key}`;
}

/** Reads the pages of a group that need it by OCR, if the job requests that. One by one, because each takes long. */
export async function withOcr(context: OcrContext, pages: ReadPage[]): Promise<ReadPage[]> {
  const { ocr, avoid } = context.request;
  if (ocr === null) return pages;
  const toRead = pages.flatMap((page) => {
    const reason = ocrReason(page);
    const boxes = reason === null ? unreadPictures(page) : [];
    return reason === null && boxes.length === 0 ? [] : [{ page, reason, boxes }];
  });
  if (toRead.length === 0) return pages;
  const engine = avoid.includes('OCR') ? null : await context.engines.ocr();
  const read = new Map<ReadPage, ReadPage>();
  for (const { page, reason, boxes } of toRead) {
    const pagesReady = pages.length - toRead.length + read.size;
    const report = () => context.report({ engine: 'OCR', page: page.number, pages: 1, pagesReady });
    if (reason === null) {
      read.set(page, engine === null ? page : await withPictures(context, engine, ocr, page, boxes, report));
      continue;
    }
    report();
    const found = engine === null ? null : await readPage(context, engine, ocr, page, report);
    read.set(
      page,
      engine === null || found === null
        ? withOutcome(page, reason, ocr, 'UNAVAILABLE')
        : merge(page, reason, ocr, found, engine),
    );
  }
  return pages.map((page) => read.get(page) ?? page);
}

/** Reads the pictures beside the text of a page. The page stays as it is if they show no text. */
async function withPictures(
  context: OcrContext,
  engine: LiteparseEngine,
  ocr: OcrRequest,
  page: ReadPage,
  boxes: Box[],
  report: () => void,
): Promise<ReadPage> {
  report();
  context.onPage(page.number);
  const drawn = await drawForOcr(context.drawing, page);
  context.onPage(null);
  if (drawn === null) return page;
  const upright = { ...drawn, picture: turnPicture(drawn.picture, page.turn) };
  const pictures = await readPictures(engine, ocr, upright, boxes, report);
  if (pictures.length === 0) return page;
  const confidence = rounded(meanConfidence(pictures.flatMap(({ pieces }) => pieces)));
  return withOutcome({ ...page, pictures }, null, ocr, 'READ', confidence);
}

/** Returns the result of OCR on a page; null if the page cannot be drawn or read. */
async function readPage(
  context: OcrContext,
  engine: LiteparseEngine,
  ocr: OcrRequest,
  page: ReadPage,
  report: () => void,
): Promise<OcrFound | null> {
  context.onPage(page.number);
  const drawn = await drawForOcr(context.drawing, page);
  context.onPage(null);
  return drawn === null ? null : await readUpright(engine, ocr, drawn, report);
}

function withOutcome(
  page: ReadPage,
  reason: OcrReason | null,
  { languages }: OcrRequest,
  outcome: PageOcr['outcome'],
  confidence: number | null = null,
): ReadPage {
  return { ...page, ocr: { reason, found: { outcome, languages, confidence } } };
}

function merge(page: ReadPage, reason: OcrReason, ocr: OcrRequest, found: OcrFound, engine: LiteparseEngine): ReadPage {
  const { text, turn, picture, scale } = found;
  if (text.confidence < minConfidence) return withOutcome(page, reason, ocr, 'NOTHING_FOUND');
  const own = reason === 'GARBLED' ? withoutGarbage(turnPage(page, turn)) : turnPage(page, turn);
  const { pieces, rules, tables } = readPicture(engine, text, picture, scale);
  return withOutcome(
    {
      ...own,
      pieces: [...own.pieces, ...withoutDoubles(pieces, [...own.pieces, ...own.turned])],
      rules,
      shapes: [],
      tables,
    },
    reason,
    ocr,
    'READ',
    rounded(text.confidence),
  );
}

function rounded(confidence: number): number {
  return Math.round(confidence * 1000) / 1000;
}

function withoutGarbage(page: ReadPage): ReadPage {
  const isReadable = readableIn([...page.pieces, ...page.turned]);
  const isClean = (piece: ReadPage['pieces'][number]) => garbledShare([piece.text]) === 0 && isReadable(piece);
  return { ...page, pieces: page.pieces.filter(isClean), turned: page.turned.filter(isClean) };
}
