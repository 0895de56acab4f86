import { constants, inflateSync } from 'node:zlib';

const keyword = 'stream';
const mostBytes = 64 * 1024 ** 2;

/**
 * The streams of a file that are wanted by their dictionary, unpacked as far as `longest`. They are found by the bytes, not by a
 * parser: cheap enough for every document, and good for a hint only. Streams that are encrypted or packed otherwise are left out.
 */
export function* fileStreams(
  bytes: Buffer,
  isWanted: (dictionary: string) => boolean,
  longest: number,
): Generator<Buffer> {
  let [at, read] = [bytes.indexOf(keyword), 0];
  while (at >= 0 && read < mostBytes) {
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

/** As much of it as there is before damage; nothing of what is longer than it may be. */
function inflate(body: Buffer, isPacked: boolean, longest: number): Buffer {
  if (!isPacked) {
    return body.subarray(0, longest);
  }
  // A line break, of one byte or two, comes first.
  const start = body[0] === 0x0d ? 2 : 1;
  try {
    return inflateSync(body.subarray(start), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: longest });
  } catch {
    return Buffer.alloc(0);
  }
}
