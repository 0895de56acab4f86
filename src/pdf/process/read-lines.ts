import type { Readable } from 'node:stream';

const newline = 10;

/** Size of the buffer for a line that arrives in parts, in bytes. It grows when needed. */
const firstBytes = 64 * 1024;

export interface LineReader {
  /** Maximum length of a line, in bytes. */
  maxBytes: number;
  onLine(line: string): void;
  /** Called once for a line that is too long. Nothing is read after it. */
  onTooLong(): void;
  /** Called with what follows the last line break at the end of the stream. */
  onRest?(rest: string): void;
}

/**
 * Reads lines from a process that is not trusted: neither a line without an end nor one that arrives byte by byte takes
 * more memory than twice its maximum length.
 */
export function readLines(stream: Readable, { maxBytes, onLine, onTooLong, onRest }: LineReader): void {
  let begun = Buffer.alloc(0);
  let length = 0;
  let broken = false;

  function keep(part: Buffer): void {
    if (begun.length < length + part.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(firstBytes, 2 * (length + part.length)));
      begun.copy(larger, 0, 0, length);
      begun = larger;
    }
    part.copy(begun, length);
    length += part.length;
  }

  /** Returns the line that ends with this part. */
  function complete(part: Buffer): string {
    if (length === 0) return part.toString();
    keep(part);
    const line = begun.toString('utf8', 0, length);
    length = 0;
    if (begun.length > firstBytes) begun = Buffer.alloc(0);
    return line;
  }

  stream.on('data', (chunk: Buffer) => {
    for (let from = 0; !broken && from < chunk.length; ) {
      const end = chunk.indexOf(newline, from);
      const part = chunk.subarray(from, end < 0 ? chunk.length : end);
      if (length + part.length > maxBytes) {
        broken = true;
        begun = Buffer.alloc(0);
        onTooLong();
      } else if (end < 0) {
        keep(part);
      } else {
        onLine(complete(part));
      }
      from += part.length + 1;
    }
  });
  stream.on('end', () => {
    if (length > 0 && !broken) onRest?.(begun.toString('utf8', 0, length));
  });
  // The end of a process is reported separately.
  stream.on('error', () => {});
}
