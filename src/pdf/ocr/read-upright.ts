import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { JobError } from '../../errors.ts';
import type { LiteparseEngine } from '../liteparse/liteparse-engine.ts';
import type { OcrText } from '../liteparse/ocr-text.ts';
import type { OcrRequest } from '../model/extraction.ts';
import type { Turn } from '../model/read-page.ts';
import type { DrawnPage } from './ocr-drawing.ts';
import { toDocument } from './picture-document.ts';
import { turnPicture } from './turn-page.ts';

/** The result of OCR on a picture that may lie on its side or upside down. */
export interface OcrFound extends DrawnPage {
  text: OcrText;
  /** The clockwise turn of the displayed page, for both the picture and the text. */
  turn: Turn;
}

/** Dots per inch that suffice to detect which way is up. */
const coarse = 100;
/** Confidence that separates upright text, which is above it, from turned text. */
const uprightConfidence = 0.7;
/**
 * Turns to try. Text that runs upwards is read as confidently as upright text, but in the wrong order. Text that runs
 * downwards or upside down becomes nonsense.
 */
const [sideways, anyTurn]: [Turn[], Turn[]] = [
  [90, 270],
  [180, 270, 90],
];

/**
 * Reads a picture by OCR, turned so that its text is upright; null if it cannot be read. Calls `report` before each
 * attempt.
 */
export async function readUpright(
  engine: LiteparseEngine,
  request: OcrRequest,
  drawn: DrawnPage,
  report: () => void,
): Promise<OcrFound | null> {
  const finest = 72 * drawn.scale;
  const read = async (turn: Turn, dpi: number): Promise<OcrFound | null> => {
    checkData(request);
    report();
    const { scale } = drawn;
    const picture = turnPicture(drawn.picture, turn);
    const document = toDocument(picture, { width: picture.width / scale, height: picture.height / scale });
    const text = await engine.readByOcr(document, { ...request, dpi }).catch(() => null);
    return text === null ? null : { text, turn, picture, scale };
  };
  const found = await read(0, finest);
  if (found === null || found.text.characters === 0 || isUpright(found)) return found;
  for (const turn of found.text.sideways ? sideways : anyTurn) {
    const glance = await read(turn, Math.min(coarse, finest));
    if (glance !== null && isUpright(glance)) return (await read(turn, finest)) ?? found;
  }
  return found;
}

function isUpright({ text }: OcrFound): boolean {
  return !text.sideways && text.confidence > uprightConfidence;
}

/** Throws if the data has disappeared: LiteParse would download it. */
export function checkData({ languages, dataPath }: OcrRequest): void {
  if (languages.some((language) => !existsSync(join(dataPath, `${language}.traineddata`)))) {
    throw new JobError('STORAGE_UNAVAILABLE', { detail: 'The data for OCR is missing.' });
  }
}
