import { createPauses } from './pauses.ts';

/** Characters that are checked or decoded at a time. */
const sliceLength = 256 * 1024;

/** The text is not valid base64. */
export class Base64Error extends Error {
  constructor() {
    super('is not base64 (RFC 4648, standard alphabet)');
    this.name = 'Base64Error';
  }
}

/**
 * Returns the decoded length. Throws `Base64Error` for invalid text, which `Buffer.from` would silently skip. Line
 * breaks and the prefix of a data URL are allowed.
 */
export async function measureBase64(text: string): Promise<number> {
  let digits = 0;
  let padding = 0;
  for await (const part of slices(text)) {
    const body = part.replace(/={1,2}$/, '');
    if (!/^[A-Za-z0-9+/]*$/.test(body) || (padding > 0 && body !== '')) throw new Base64Error();
    digits += body.length;
    padding += part.length - body.length;
  }
  if (padding > 2 || digits % 4 === 1) throw new Base64Error();
  return Math.floor((digits * 3) / 4);
}

/** Decodes text that `measureBase64` has accepted, part by part. */
export async function* decodeBase64(text: string): AsyncGenerator<Buffer, void, undefined> {
  let rest = '';
  for await (const part of slices(text)) {
    const digits = rest + part;
    const whole = digits.length - (digits.length % 4);
    rest = digits.slice(whole);
    yield Buffer.from(digits.slice(0, whole), 'base64');
  }
  yield Buffer.from(rest, 'base64');
}

/** Yields the text without whitespace and the prefix of a data URL. */
async function* slices(text: string): AsyncGenerator<string, void, undefined> {
  const pause = createPauses();
  const head = /^\s*data:[^,]{0,500};base64,/i.exec(text.slice(0, 1_000))?.[0] ?? '';
  for (let at = head.length; at < text.length; at += sliceLength) {
    yield text.slice(at, at + sliceLength).replace(/[\r\n\t ]+/g, '');
    await pause();
  }
}
