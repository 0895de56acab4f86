import { constants, inflateSync } from 'node:zlib';

const longestStream = 4 * 1024 ** 2;
const mostBytes = 64 * 1024 ** 2;

/**
 * Whether some content stream of the file sets text that is neither filled nor stroked. It is asked of the bytes, not of a parser:
 * cheap enough for every document, and only a hint. Streams that are encrypted or packed otherwise say no.
 */
export function mayHaveInvisibleText(file: Uint8Array): boolean {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  let [at, read] = [bytes.indexOf(keyword), 0];
  while (at >= 0 && read < mostBytes) {
    const end = bytes.indexOf(`end${keyword}`, at);
    if (end < 0) {
      return false;
    }
    const dictionary = bytes.toString('latin1', Math.max(0, at - 400), at);
    if (isContent(dictionary.slice(dictionary.lastIndexOf('obj')))) {
      const content = inflate(bytes.subarray(at + keyword.length, end), dictionary.includes('FlateDecode'));
      read += content.length;
      if (setsInvisible(content)) return true;
    }
    at = bytes.indexOf(keyword, end + keyword.length + 3);
  }
  return false;
}

const keyword = 'stream';
const notContent =
  /\/(?:Image|XRef|ObjStm|Metadata|EmbeddedFile|Length1|FontFile|Type1C|CIDFontType0C|OpenType|FunctionType)/;

function isContent(dictionary: string): boolean {
  return !notContent.test(dictionary);
}

/** As much of it as there is before damage; nothing of what is longer than pages are. */
function inflate(body: Buffer, isPacked: boolean): Buffer {
  if (!isPacked) {
    return body.subarray(0, longestStream);
  }
  // A line break, of one byte or two, comes first.
  const start = body[0] === 0x0d ? 2 : 1;
  try {
    return inflateSync(body.subarray(start), { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: longestStream });
  } catch {
    return Buffer.alloc(0);
  }
}

/** The operator Tr with 3 or 7. */
function setsInvisible(content: Buffer): boolean {
  for (let at = content.indexOf(' Tr'); at > 0; at = content.indexOf(' Tr', at + 3)) {
    const mode = content[at - 1];
    if (mode === 0x33 || mode === 0x37) return true;
  }
  return false;
}
