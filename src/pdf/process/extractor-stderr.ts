import type { Readable } from 'node:stream';
import { readLines } from './read-lines.ts';

/** Messages of Tesseract that cannot be turned off. They are irrelevant, or included in the result of OCR. */
const routineMessages = [
  // util-linux reports it where a sandboxed process was killed.
  /^unshare: sigprocmask unblock failed/,
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

/** Maximum length of a line, in bytes, and number of lines of one process: a document must not fill the log. */
const longestLine = 16 * 1024;
const maxLines = 1_000;

/** Forwards the standard error of an extractor, such as the reason for a crash, except routine messages of engines. */
export function passOnErrors(from: Readable, to: NodeJS.WritableStream = process.stderr): void {
  let lines = 0;
  const onLine = (line: string) => {
    if (routineMessages.some((pattern) => pattern.test(line))) return;
    lines += 1;
    // Control characters could forge lines, or operate the terminal of the person who reads the log.
    if (lines <= maxLines) to.write(`${line.replaceAll(/\p{Cc}/gu, ' ')}\n`);
    if (lines === maxLines) onTooLong();
  };
  const onTooLong = () => to.write('An extractor has written too much: its further errors are omitted.\n');
  readLines(from, { maxBytes: longestLine, onLine, onTooLong, onRest: onLine });
}
