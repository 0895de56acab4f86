import type { LiteparseEngine } from '../liteparse/liteparse-engine.ts';
import { countLetters, meanConfidence, type OcrText, type OcrWord } from '../liteparse/ocr-text.ts';
import { type Box, bottom, right } from '../model/box.ts';
import type { Rule } from '../model/drawing.ts';
import type { OcrRequest } from '../model/extraction.ts';
import type { PictureText } from '../model/page-content.ts';
import type { GrayPicture } from '../model/pixels.ts';
import { findGround, mayShowText, onWhite } from './even-ground.ts';
import type { DrawnPage } from './ocr-drawing.ts';
import { withoutDoubles } from './own-words.ts';
import { toDocument } from './picture-document.ts';
import { rulesInPicture, withoutRules } from './picture-rules.ts';
import { checkData } from './read-upright.ts';

/** Minimum confidence of a word, and of all words of a picture. OCR reads marks and textures less confidently. */
const [minOfWord, minOfPicture] = [0.65, 0.7];
/** Minimum number of letters and digits of a picture. */
const minLetters = 5;

/**
 * Reads the text of pictures on a page by OCR. `drawn` is the page as its content lies. Calls `report` before each
 * attempt.
 */
export async function readPictures(
  engine: LiteparseEngine,
  request: OcrRequest,
  drawn: DrawnPage,
  boxes: Box[],
  report: () => void,
): Promise<PictureText[]> {
  const { scale } = drawn;
  const read = async (picture: GrayPicture) => {
    checkData(request);
    report();
    const document = toDocument(picture, { width: picture.width / scale, height: picture.height / scale });
    return await engine.readByOcr(document, { ...request, dpi: 72 * scale }).catch(() => null);
  };
  const found: PictureText[] = [];
  for (const box of boxes) {
    const picture = cut(drawn.picture, box, scale);
    const text = await readTwice(picture, scale, read);
    if (text === null) continue;
    const rules = rulesInPicture(picture, scale, text.pieces);
    found.push({
      box,
      pieces: withoutRules(text.pieces, rules).map((piece) => moved(piece, box)),
      rules: {
        horizontal: rules.edges.horizontal.map((rule) => movedRule(rule, box.y, box.x)),
        vertical: rules.edges.vertical.map((rule) => movedRule(rule, box.x, box.y)),
      },
    });
  }
  return found;
}

/**
 * Reads a picture, then reads the rest of it again without these words, bars and boxes: OCR takes bars and boxes for
 * pictures and skips the labels beside them. Null if the picture shows no text.
 */
async function readTwice(
  picture: GrayPicture,
  scale: number,
  read: (picture: GrayPicture) => Promise<OcrText | null>,
): Promise<OcrText | null> {
  const ground = findGround(picture);
  if (!mayShowText(ground)) return null;
  const first = await read(picture);
  if (first === null) return null;
  const words = first.pieces.filter(isConfident);
  if (countLetters(words) < minLetters || meanConfidence(words) < minOfPicture) return null;
  const second = await read(withoutWords(onWhite(picture, ground), words, scale));
  const more = withoutDoubles((second?.pieces ?? []).filter(isConfident), words);
  return { ...first, pieces: [...words, ...more] };
}

function isConfident({ confidence }: OcrWord): boolean {
  return confidence >= minOfWord;
}

/** Margin around words that are painted over, in points. */
const margin = 1;

function withoutWords({ width, height, pixels }: GrayPicture, words: Box[], scale: number): GrayPicture {
  const target = Uint8Array.from(pixels);
  for (const word of words) {
    const from = Math.max(0, Math.floor((word.x - margin) * scale));
    const to = Math.min(width, Math.ceil((right(word) + margin) * scale));
    const last = Math.min(height, bottom(word) * scale);
    for (let y = Math.max(0, Math.floor(word.y * scale)); y < last; y += 1) {
      target.fill(255, y * width + from, y * width + to);
    }
  }
  return { width, height, pixels: target };
}

function moved<Moved extends Box>(box: Moved, by: Box): Moved {
  return { ...box, x: box.x + by.x, y: box.y + by.y };
}

function movedRule({ at, from, to }: Rule, across: number, along: number): Rule {
  return { at: at + across, from: from + along, to: to + along };
}

/** Returns the part of a picture that a box in points covers. */
function cut({ width, height, pixels }: GrayPicture, box: Box, scale: number): GrayPicture {
  const [x, y] = [Math.round(box.x * scale), Math.round(box.y * scale)];
  const part = {
    width: Math.max(1, Math.min(width, Math.round(right(box) * scale)) - x),
    height: Math.max(1, Math.min(height, Math.round(bottom(box) * scale)) - y),
  };
  const target = new Uint8Array(part.width * part.height);
  for (let row = 0; row < part.height; row += 1) {
    const start = (y + row) * width + x;
    target.set(pixels.subarray(start, start + part.width), row * part.width);
  }
  return { ...part, pixels: target };
}
