import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';

/** The file of an archived job is not what was stored. */
export class ArchiveCorruptError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = 'ArchiveCorruptError';
  }
}

/**
 * Yields the lines of a compressed file. After the last one, throws an `ArchiveCorruptError` unless the file has this
 * SHA-256: until then, nothing may be done that cannot be undone.
 */
export async function* readLines(file: AsyncIterable<Buffer>, sha256: string): AsyncGenerator<string> {
  const hash = createHash('sha256');
  async function* hashed() {
    for await (const chunk of file) {
      hash.update(chunk);
      yield chunk;
    }
  }
  const gunzip = createGunzip();
  // Its error also ends the reading of `gunzip`.
  const read = pipeline(hashed(), gunzip).catch(() => undefined);
  try {
    yield* splitLines(gunzip);
  } catch (error) {
    throw isOfZlib(error) ? new ArchiveCorruptError('it cannot be decompressed', error) : error;
  } finally {
    gunzip.destroy();
    await read;
  }
  if (hash.digest('hex') !== sha256) throw new ArchiveCorruptError('its SHA-256 is not the recorded one');
}

/** Splits at line feeds alone: inside of JSON they are escaped, while other separators of lines are not. */
async function* splitLines(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of bytes) {
    const [first = '', ...further] = decoder.decode(chunk, { stream: true }).split('\n');
    parts.push(first);
    for (const next of further) {
      yield parts.join('');
      parts = [next];
    }
  }
  const rest = parts.join('') + decoder.decode();
  if (rest !== '') yield rest;
}

function isOfZlib(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('Z_');
}
