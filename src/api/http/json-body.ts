import { setImmediate } from 'node:timers/promises';
import { RequestError } from '../../errors.ts';
import { queryTextTooLarge } from '../admission/tokens.ts';
import { Blocks } from './blocks.ts';
import { HttpError } from './guards.ts';

/** Blocks decoded at a time, which takes about 2 ms. */
const blocksAtOnce = 8;

/** Maximum depth: far less than overflows the stack of a recursive function. Types have their own limits. */
const maxDepth = 5_000;

/**
 * Maximum array elements and object members in total. Parsing this many takes about 100 ms at worst, without
 * interruption.
 */
const maxValues = 200_000;

/** Maximum bytes that one byte of text takes in a JSON string: `\u0061` is an `a`. */
const escapedBytes = 6;

export interface JsonBodyLimits {
  /** Size of the body as announced, in bytes. */
  bytes: number;
  /** Maximum size of the member `query`, in bytes of text. */
  queryBytes: number;
}

/**
 * Parses a body as JSON. No body can block the event loop for long. A body that will be refused is read to its end, so
 * that the client gets the response, but no more of it is kept in memory.
 */
export async function readJson(chunks: AsyncIterable<Buffer>, { bytes, queryBytes }: JsonBodyLimits): Promise<unknown> {
  const structure = new JsonStructure(queryBytes);
  let blocks = new Blocks(bytes);
  for await (const chunk of chunks) {
    if (structure.refusal !== null) continue;
    structure.read(chunk);
    if (structure.refusal === null) blocks.add(chunk);
    else blocks = new Blocks();
  }
  if (structure.refusal !== null) throw structure.refusal;
  const text = await decodeAll(blocks.finish());
  return parseJson(text, 'The body');
}

/** Decodes blocks, and releases each one once it is decoded. */
async function decodeAll(blocks: Buffer[]): Promise<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const texts: string[] = [];
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    texts.push(decode(decoder, block));
    if (texts.length % blocksAtOnce === 0) await setImmediate();
  }
  texts.push(decode(decoder));
  return texts.join('');
}

/** Parses a short text that may be deeply nested. `what` names it in the error. */
export function readShortJson(text: string, what: string): unknown {
  checkJson(Buffer.from(text));
  return parseJson(text, what);
}

/** Throws if a JSON text has too many values or levels. */
export function checkJson(text: Buffer): void {
  const structure = new JsonStructure(text.length);
  structure.read(text);
  if (structure.refusal !== null) throw structure.refusal;
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
const colon = 0x3a;
const openingBracket = 0x5b;
const backslash = 0x5c;
const closingBracket = 0x5d;
const openingBrace = 0x7b;
const closingBrace = 0x7d;

/** The member of the body whose size is limited. */
const queryKey = Buffer.from('query');

/** Measures a JSON text before it is parsed: its depth, its number of values, and the size of its query. */
class JsonStructure {
  /** Why the text is refused, as soon as that is certain. */
  refusal: Error | null = null;
  readonly #queryBytes: number;
  #depth = 0;
  #values = 0;
  #inString = false;
  #isEscaped = false;
  /** Bytes of the current or last string. */
  #stringBytes = 0;
  /** Number of these bytes that equal those of `queryKey` at the same position. */
  #matchingBytes = 0;
  /** Whether the value of the member `query` is being read. */
  #inQuery = false;

  constructor(queryBytes: number) {
    this.#queryBytes = queryBytes;
  }

  /** Reads the next bytes. */
  read(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#inString) this.#readInString(byte);
      else this.#readOutside(byte);
    }
    if (this.#inString) this.#checkQuery();
    if (this.#values > maxValues) {
      const message = `A request must not have more than ${maxValues} values: send several requests.`;
      this.refusal ??= new RequestError('PAYLOAD_TOO_LARGE', { message });
    }
  }

  #readInString(byte: number): void {
    if (this.#isEscaped) {
      this.#isEscaped = false;
    } else if (byte === backslash) {
      this.#isEscaped = true;
    } else if (byte === quote) {
      this.#inString = false;
      this.#checkQuery();
      return;
    }
    if (this.#stringBytes < queryKey.length && byte === queryKey[this.#stringBytes]) this.#matchingBytes += 1;
    this.#stringBytes += 1;
  }

  #readOutside(byte: number): void {
    if (byte === quote) {
      this.#inString = true;
      this.#stringBytes = 0;
      this.#matchingBytes = 0;
    } else if (byte === colon) {
      if (this.#depth === 1) this.#inQuery = this.#isQueryKey();
    } else if (byte === comma) {
      this.#values += 1;
      if (this.#depth === 1) this.#inQuery = false;
    } else if (byte === openingBracket || byte === openingBrace) {
      this.#values += 1;
      this.#depth += 1;
      if (this.#depth > maxDepth) {
        this.refusal ??= new HttpError(400, `JSON must not be nested more than ${maxDepth} levels deep.`);
      }
    } else if (byte === closingBracket || byte === closingBrace) {
      this.#depth -= 1;
    }
  }

  #isQueryKey(): boolean {
    return this.#stringBytes === queryKey.length && this.#matchingBytes === queryKey.length;
  }

  #checkQuery(): void {
    if (!this.#inQuery || this.#depth !== 1 || this.#stringBytes <= this.#queryBytes * escapedBytes) return;
    this.refusal ??= queryTextTooLarge(this.#queryBytes);
  }
}
