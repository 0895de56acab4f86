import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

/** What Tesseract says of pages and cannot be told not to: it is no news, and stands in what OCR gives. */
const chatter = [
  /^Detected \d+ diacritics$/,
  /^Empty page!!$/,
  /^Image too (?:small|large)/,
  /^Line cannot be recognized!!$/,
  /^Warning: Invalid resolution /,
  /^Estimating resolution as /,
  /^Too few characters\. /,
  /^\[ocr\] /,
  /^$/,
];

/** Passes on what an extractor writes to its standard error, such as how it crashed, but for what engines say of any page. */
export function passOnErrors(from: Readable, to: NodeJS.WritableStream = process.stderr): void {
  createInterface({ input: from }).on('line', (line) => {
    if (!chatter.some((pattern) => pattern.test(line))) to.write(`${line}\n`);
  });
}
