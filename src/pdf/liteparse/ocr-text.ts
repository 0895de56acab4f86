import type { TextItem } from '@llamaindex/liteparse';
import { cleanText } from '../content/clean-text.ts';
import { right } from '../model/box.ts';
import type { PaintedPiece, Piece } from '../model/piece.ts';

/** A word and how sure OCR is of it, from 0 to 1. */
export type OcrWord = PaintedPiece & { confidence: number };

/** The result of OCR on a page. */
export interface OcrText {
  pieces: OcrWord[];
  /** Mean over the characters, from 0 to 1; 0 without characters. */
  confidence: number;
  characters: number;
  /** Whether most of the text is higher than wide, because it runs upwards or downwards. */
  sideways: boolean;
}

/**
 * Converts the words of OCR. OCR reports the boxes of their ink, so their size and baseline are derived from their
 * letters.
 */
export function readOcrText(textItems: TextItem[]): OcrText {
  const items = textItems.filter(({ text, confidence }) => confidence !== undefined && cleanText(text).trim() !== '');
  const length = (words: TextItem[]) => words.reduce((sum, { text }) => sum + text.length, 0);
  const long = items.filter(({ text }) => text.length > 2);
  const tall = new Set(long.filter(({ width, height }) => height > width));
  const sideways = length([...tall]) > 0.5 * length(long);
  const isTurned = (item: TextItem) => !sideways && tall.has(item);
  return {
    pieces: [
      ...evenOut(items.filter((item) => !isTurned(item)).map(toMeasured)),
      ...items.filter(isTurned).map(toTurned),
    ],
    confidence: meanConfidence(items),
    characters: length(items),
    sideways,
  };
}

/** Returns the mean confidence over the characters; 0 without characters. */
export function meanConfidence(words: { text: string; confidence?: number }[]): number {
  let [characters, confident] = [0, 0];
  for (const { text, confidence = 0 } of words) {
    characters += text.length;
    confident += text.length * confidence;
  }
  return characters === 0 ? 0 : confident / characters;
}

export function countLetters(words: Pick<Piece, 'text'>[]): number {
  return words.reduce((sum, { text }) => sum + (text.match(/[\p{L}\p{N}]/gu)?.length ?? 0), 0);
}

interface Measured extends OcrWord {
  baseline: number;
  /** Number of letters and digits, which determine the size; punctuation does not. */
  weight: number;
}

const ascending = /[bdfhklt\p{Lu}\p{N}\p{Lo}]/u;
const descending = /[gjpqy,;()[\]{}|@$Q]/;

/** Usual extent of ink from the baseline, in sizes of the type: capitals, small letters, descenders. */
const [ascent, xHeight, descent] = [0.72, 0.5, 0.21];

function toMeasured({ text, x, y, width, height, confidence = 0 }: TextItem): Measured {
  const down = descending.test(text) ? descent : 0;
  const size = height / ((ascending.test(text) ? ascent : xHeight) + down);
  return {
    ...{ text, x, y, width, height, size, confidence, baseline: y + height - down * size },
    weight: text.match(/[\p{L}\p{N}]/gu)?.length ?? 0,
    ...plain,
    turned: false,
  };
}

const plain = { bold: false, fixedWidth: false, colour: null, invisible: false, font: null };

function toTurned({ text, x, y, width, height, confidence = 0 }: TextItem): OcrWord {
  return { text, x, y, width, height, size: width, confidence, ...plain, turned: true };
}

/** Maximum gap between words of one line, in sizes of the type. */
const lineGap = 1.5;
/** Maximum difference of baselines that count as the same, in sizes of the type. */
const sameBaseline = 0.4;
/** Maximum relative difference from the page's usual size for a size to count as usual. */
const sameSize = 0.12;

interface OpenLine {
  words: Measured[];
  last: Measured;
}

/** Gives the words of a line the same size and baseline. A size close to the page's usual size becomes that size. */
function evenOut(words: Measured[]): OcrWord[] {
  const usual = medianSize(words);
  const lines: OpenLine[] = [];
  let open: OpenLine[] = [];
  for (const word of words.toSorted((a, b) => a.x - b.x)) {
    open = open.filter(({ last }) => word.x - right(last) < lineGap * usual);
    // Compares with the previous word, not the first one, because pages may be slightly skewed.
    const line = open.find(({ last }) => Math.abs(last.baseline - word.baseline) < sameBaseline * usual);
    if (line === undefined) {
      const begun = { words: [word], last: word };
      lines.push(begun);
      open.push(begun);
    } else {
      line.words.push(word);
      line.last = word;
    }
  }
  return lines.flatMap((line) => alignWords(line.words, usual));
}

function alignWords(words: Measured[], usual: number): OcrWord[] {
  const own = medianSize(words);
  const size = Math.round(10 * (Math.abs(own / usual - 1) < sameSize ? usual : own)) / 10;
  const line = median(words.map(({ baseline, weight }) => ({ value: baseline, weight })));
  return words.map(({ baseline, weight, ...word }) => ({ ...word, size, y: line - 0.8 * size, height: size }));
}

function medianSize(words: Measured[]): number {
  return median(words.map(({ size, weight }) => ({ value: size, weight })));
}

/** Returns the weighted median; 0 without values. */
function median(values: { value: number; weight: number }[]): number {
  const sorted = values.toSorted((a, b) => a.value - b.value);
  const half = sorted.reduce((sum, { weight }) => sum + weight, 0) / 2;
  let before = 0;
  for (const { value, weight } of sorted) {
    before += weight;
    if (before > half) return value;
  }
  return sorted[Math.floor(sorted.length / 2)]?.value ?? 0;
}
