const escapes: Record<string, string> = { n: '\n', r: '\r', t: '\t', b: '\b', f: '\f' };

/** A string in a file. */
export interface PdfString {
  bytes: Buffer;
  /** The position after its closing delimiter. */
  end: number;
}

/** Reads a PDF string that begins at `at` with "(" or "<". `text` has a character for each byte of the file. */
export function parseString(text: string, at: number): PdfString {
  return text[at] === '<' ? parseHex(text, at) : parseLiteral(text, at);
}

function parseHex(text: string, at: number): PdfString {
  const found = text.indexOf('>', at);
  const end = found < 0 ? text.length : found;
  const digits = text.slice(at + 1, end).replace(/[^\da-f]/gi, '');
  return { bytes: Buffer.from(digits.length % 2 === 0 ? digits : `${digits}0`, 'hex'), end: end + 1 };
}

const escaped = /\\(?:([0-7]{1,3})|(\r\n|\r|\n)|(.))?/sy;

function parseLiteral(text: string, at: number): PdfString {
  const parts: string[] = [];
  let depth = 0;
  for (let index = at; index < text.length; index += 1) {
    const character = text[index] ?? '';
    if (character === '\\') {
      escaped.lastIndex = index;
      const [whole = '\\', octal, newline, other = ''] = escaped.exec(text) ?? [];
      if (octal !== undefined) parts.push(String.fromCharCode(Number.parseInt(octal, 8) & 0xff));
      else if (newline === undefined) parts.push(escapes[other] ?? other);
      index += whole.length - 1;
      continue;
    }
    if (character === ')') depth -= 1;
    if (depth === 0 && character === ')') return { bytes: Buffer.from(parts.join(''), 'latin1'), end: index + 1 };
    if (depth > 0) parts.push(character);
    if (character === '(') depth += 1;
  }
  return { bytes: Buffer.from(parts.join(''), 'latin1'), end: text.length };
}

/** Writes a string of these bytes in exactly `length` bytes of a file; null if it is longer. */
export function writeString(bytes: Buffer, length: number): string | null {
  const hex = `<${bytes.toString('hex')}>`;
  const literal = `(${bytes
    .toString('latin1')
    .replace(/[()\\]/g, '\\$&')
    .replaceAll('\r', '\\r')})`;
  const shortest = hex.length <= length ? hex : literal;
  return shortest.length <= length ? shortest.padEnd(length) : null;
}
