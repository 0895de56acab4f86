import { fileStreams } from './file-streams.ts';

const longestStream = 4 * 1024 ** 2;

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
  for (const content of fileStreams(bytes, isContent, longestStream)) {
    hints.invisibleText ||= setsInvisible(content);
    hints.rareCharacters ||= mapsToSurrogates(content);
    if (hints.invisibleText && hints.rareCharacters) break;
  }
  return hints;
}

const notContent =
  /\/(?:Image|XRef|ObjStm|Metadata|EmbeddedFile|Length1|FontFile|Type1C|CIDFontType0C|OpenType|FunctionType)/;

function isContent(dictionary: string): boolean {
  return !notContent.test(dictionary);
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
