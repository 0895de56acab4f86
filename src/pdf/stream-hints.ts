import { constants, inflateSync } from 'node:zlib';

const longestStream = 4 * 1024 ** 2;
const mostBytes = 64 * 1024 ** 2;

/** What the streams of a file hint at: of text that LiteParse does not tell of. */
export interface StreamHints {
  /** Some text is neither filled nor stroked. */
  invisibleText: boolean;
  /** Some font has characters beyond the 65,536 of the basic plane: emoji, letters of formulas, rare ideographs. */
  rareCharacters: boolean;
}

/**
 * Asked of the bytes, not of a parser: cheap enough for every document, and only a hint. Streams that are encrypted or
 * packed otherwise say no.
 */
export function readStreamHints(file: Uint8Array): StreamHints {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.length);
  const hints = { invisibleText: false, rareCharacters: false };
  let [at, read] = [bytes.indexOf(keyword), 0];
  while (at >= 0 && read < mostBytes && !(hints.invisibleText && hints.rareCharacters)) {
    const end = bytes.indexOf(`end${keyword}`, at);
    if (end < 0) break;
    const dictionary = bytes.toString('latin1', Math.max(0, at - 400), at);
    if (isContent(dictionary.slice(dictionary.lastIndexOf('obj')))) {
      const content = inflate(bytes.subarray(at + keyword.length, end), dictionary.includes('FlateDecode'));
      read += content.length;
      hints.invisibleText ||= setsInvisible(content);
      hints.rareCharacters ||= mapsToSurrogates(content);
    }
    at = bytes.indexOf(keyword, end + keyword.length + 3);
  }
  return hints;
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

/** In the map of a font from its codes to Unicode: two halves of one character, as in <1F0A> <D835DC4E>. */
function mapsToSurrogates(content: Buffer): boolean {
  return (
    content.includes('beginbf') && /<[\da-f\s]*d[89ab][\da-f]{2}\s*d[c-f][\da-f]{2}/i.test(content.toString('latin1'))
  );
}
