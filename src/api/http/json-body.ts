import { setImmediate } from 'node:timers/promises';
import { RequestError } from '../../errors.ts';
import { Blocks } from './blocks.ts';
import { HttpError } from './guards.ts';

/** Blocks that are decoded in one go, which takes some 2 ms. */
const blocksAtOnce = 8;

/** Levels of nesting. Far less than what overflows the stack of a recursive function; types have limits of their own. */
const maxDepth = 5_000;

/** Array elements and object members in all. Parsing this many takes some 100 ms at worst, and can't be interrupted. */
const maxValues = 200_000;

/** Parses a body of `bytes` bytes as JSON. No step of it blocks the event loop for long, whatever the body contains. */
export async function readJson(chunks: AsyncIterable<Buffer>, bytes: number): Promise<unknown> {
  const blocks = new Blocks(bytes);
  for await (const chunk of chunks) blocks.add(chunk);
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const structure = new JsonStructure();
  const texts: string[] = [];
  for (const [index, block] of blocks.finish().entries()) {
    if (index > 0 && index % blocksAtOnce === 0) await setImmediate();
    structure.check(block);
    texts.push(decode(decoder, block));
  }
  texts.push(decode(decoder));
  const text = texts.join('');
  if (texts.length > blocksAtOnce) await setImmediate();
  return parseJson(text, 'The body');
}

/** Parses a short text that may be nested deeply. `what` names it in the error. */
export function readShortJson(text: string, what: string): unknown {
  new JsonStructure().check(Buffer.from(text));
  return parseJson(text, what);
}

function parseJson(text: string, what: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, `${what} is not valid JSON.`);
  }
}

function decode(decoder: TextDecoder, block?: Buffer): string {
  try {
    return block === undefined ? decoder.decode() : decoder.decode(block, { stream: true });
  } catch {
    throw new HttpError(400, 'The body is not valid UTF-8.');
  }
}

const quote = 0x22;
const comma = 0x2c;
const openingBracket = 0x5b;
const backslash = 0x5c;
const closingBracket = 0x5d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/** Depth and number of values of a JSON text, counted before it is parsed. */
class JsonStructure {
  #depth = 0;
  #values = 0;
  #inString = false;
  #isEscaped = false;

  /** Reads the next bytes. Throws if the text is too deep or has too many values so far. */
  check(block: Uint8Array): void {
    for (const byte of block) {
      if (this.#isEscaped) this.#isEscaped = false;
      else if (this.#inString) this.#readInString(byte);
      else this.#readOutside(byte);
    }
    if (this.#values <= maxValues) return;
    const message = `A request must not have more than ${maxValues} values: send several requests.`;
    throw new RequestError('PAYLOAD_TOO_LARGE', { message });
  }

  #readInString(byte: number): void {
    if (byte === backslash) this.#isEscaped = true;
    else if (byte === quote) this.#inString = false;
  }

  #readOutside(byte: number): void {
    if (byte === quote) {
      this.#inString = true;
    } else if (byte === comma) {
      this.#values += 1;
    } else if (byte === openingBracket || byte === openingBrace) {
      this.#values += 1;
      this.#depth += 1;
      if (this.#depth > maxDepth) {
        throw new HttpError(400, `JSON must not be nested more than ${maxDepth} levels deep.`);
      }
    } else if (byte === closingBracket || byte === closingBrace) {
      this.#depth -= 1;
    }
  }
}
