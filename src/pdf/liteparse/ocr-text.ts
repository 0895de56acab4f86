import type { TextItem } from '@llamaindex/liteparse';
import { cleanText } from '../content/clean-text.ts';
import { right } from '../model/box.ts';
import type { ReadPage } from '../model/read-page.ts';

type Found = ReadPage['pieces'][number];

/** What OCR has read of a page. */
export interface OcrText {
  pieces: Found[];
  /** The mean over the characters, from 0 to 1; 0 where there are none. */
  confidence: number;
  characters: number;
  /** Most of it stands higher than wide: the text runs upwards or downwards. */
  sideways: boolean;
}

/** OCR tells the ink of words, not the size of their type nor their baseline; both are made of what letters they have. */
export function readOcrText(textItems: TextItem[]): OcrText {
  const items = textItems.filter(({ text, confidence }) => confidence !== undefined && cleanText(text).trim() !== '');
  let [characters, confident, tall, long] = [0, 0, 0, 0];
  for (const { text, confidence = 0, width, height } of items) {
    characters += text.length;
    confident += text.length * confidence;
    if (text.length > 2) {
      long += text.length;
      if (height > width) tall += text.length;
    }
  }
  return {
    pieces: evenOut(items.map(toMeasured)),
    confidence: characters === 0 ? 0 : confident / characters,
    characters,
    sideways: tall > 0.5 * long,
  };
}

interface Measured extends Found {
  baseline: number;
  /** Letters that tell the size; punctuation doesn't. */
  weight: number;
}

const ascending = /[bdfhklt\p{Lu}\p{N}\p{Lo}]/u;
const descending = /[gjpqy,;()[\]{}|@$Q]/;

/** Parts of the size of the type that ink usually takes: from the baseline up, and down. */
const [ascent, xHeight, descent] = [0.72, 0.5, 0.21];

function toMeasured({ text, x, y, width, height }: TextItem): Measured {
  const down = descending.test(text) ? descent : 0;
  const size = height / ((ascending.test(text) ? ascent : xHeight) + down);
  return {
    ...{ text, x, y, width, height, size, baseline: y + height - down * size },
    weight: text.match(/[\p{L}\p{N}]/gu)?.length ?? 0,
    ...{ bold: false, fixedWidth: false, turned: false, colour: null, invisible: false, font: null },
  };
}

/** Further apart than this, in sizes of the type, words belong to different lines of text. */
const lineGap = 1.5;
/** Baselines nearer than this, in sizes of the type, are one. */
const sameBaseline = 0.4;
/** Sizes nearer than this to the page's own are the same. */
const sameSize = 0.12;

interface OpenLine {
  words: Measured[];
  last: Measured;
}

/** Words of one line get one size and one baseline, and lines in nearly the page's own size get that. */
function evenOut(words: Measured[]): Found[] {
  const usual = medianSize(words);
  const lines: OpenLine[] = [];
  let open: OpenLine[] = [];
  for (const word of words.toSorted((a, b) => a.x - b.x)) {
    open = open.filter(({ last }) => word.x - right(last) < lineGap * usual);
    // Beside the word before it, not the first one: pages lie a little askew.
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
  return lines.flatMap((line) => alike(line.words, usual));
}

function alike(words: Measured[], usual: number): Found[] {
  const own = medianSize(words);
  const size = Math.round(10 * (Math.abs(own / usual - 1) < sameSize ? usual : own)) / 10;
  const line = median(words.map(({ baseline, weight }) => ({ value: baseline, weight })));
  return words.map(({ baseline, weight, ...word }) => ({ ...word, size, y: line - 0.8 * size, height: size }));
}

function medianSize(words: Measured[]): number {
  return median(words.map(({ size, weight }) => ({ value: size, weight })));
}

/** The middle of the weight; 0 of nothing. */
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
