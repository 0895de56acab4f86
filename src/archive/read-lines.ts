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

/** Throws an `ArchiveCorruptError` unless a file has this SHA-256. */
export async function checkFile(file: AsyncIterable<Buffer>, sha256: string): Promise<void> {
  const hash = createHash('sha256');
  for await (const chunk of file) hash.update(chunk);
  if (hash.digest('hex') !== sha256) throw new ArchiveCorruptError('its SHA-256 is not the recorded one');
}

/** Yields the lines of a compressed file. */
export async function* readLines(file: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const gunzip = createGunzip();
  // Its error also ends the reading of `gunzip`.
  const read = pipeline(file, gunzip).catch(() => undefined);
  try {
    yield* splitLines(gunzip);
  } catch (error) {
    throw isOfZlib(error) ? new ArchiveCorruptError('it cannot be decompressed', error) : error;
  } finally {
    gunzip.destroy();
    await read;
  }
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
