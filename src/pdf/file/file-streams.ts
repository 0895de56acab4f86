import { constants, inflateSync } from 'node:zlib';

const keyword = 'stream';
const maxBytes = 64 * 1024 ** 2;

/**
 * Yields the streams of a file that are selected by their dictionary, decompressed up to `longest` bytes. Searches the
 * bytes without a parser: cheap enough for every document, but only a hint. Omits streams that are encrypted or use
 * other filters.
 */
export function* fileStreams(
  bytes: Buffer,
  isWanted: (dictionary: string) => boolean,
  longest: number,
): Generator<Buffer> {
  let [at, read] = [bytes.indexOf(keyword), 0];
  while (at >= 0 && read < maxBytes) {
    const end = bytes.indexOf(`end${keyword}`, at);
    if (end < 0) {
      return;
    }
    const dictionary = bytes.toString('latin1', Math.max(0, at - 400), at);
    if (isWanted(dictionary.slice(dictionary.lastIndexOf('obj')))) {
      const content = inflate(bytes.subarray(at + keyword.length, end), dictionary.includes('FlateDecode'), longest);
      read += content.length;
      yield content;
    }
    at = bytes.indexOf(keyword, end + keyword.length + 3);
  }
}

/** Returns everything before the first damage. Returns nothing for a stream that is too long. */
function inflate(body: Buffer, isPacked: boolean, longest: number): Buffer {
  if (!isPacked) {
    return body.subarray(0, longest);
  }
  // Skips the line break, which has one or two bytes.
  const start = body[0] === 0x0d ? 2 : 1;
  try {
    return inflateSync(body.subarray(start), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: longest });
  } catch {
    return Buffer.alloc(0);
  }
}
