import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { Busboy, type BusboyFileStream, type BusboyInstance } from '@fastify/busboy';
import { RequestError } from '../../errors.ts';
import { Blocks } from './blocks.ts';
import { HttpError } from './guards.ts';

/** The parts of a multipart request (GraphQL multipart request specification). */
export interface MultipartBody {
  /** The operation as JSON, with null where files belong. */
  operations: string;
  /** JSON that maps each file to its variables. */
  map: string;
  /** Files by the names of their parts. */
  files: Map<string, File>;
}

/** A request creates few jobs from files; uploads and batches are for more. */
const maxFiles = 20;

const limits = {
  files: maxFiles,
  // The files and the two fields.
  parts: maxFiles + 2,
  fieldSize: 1024 ** 2,
  headerPairs: 20,
  headerSize: 16 * 1024,
};

/** Reads a multipart body. Files are held in memory: the body as a whole is within its size limit. */
export async function readMultipart(
  chunks: AsyncIterable<Buffer>,
  headers: IncomingHttpHeaders,
): Promise<MultipartBody> {
  const parser = createParser(headers['content-type'] ?? '');
  const fields = new Map<string, string>();
  const files = new Map<string, File>();
  const broken = new AbortController();
  const fail = (error: Error) => broken.abort(error);

  parser.on('field', (name, value, _, isCut) => {
    if (name !== 'operations' && name !== 'map') fail(new HttpError(400, 'The only fields are operations and map.'));
    else if (fields.has(name)) fail(new HttpError(400, `The field ${name} occurs twice.`));
    else if (isCut) fail(new RequestError('PAYLOAD_TOO_LARGE', { message: `The field ${name} is too large.` }));
    else fields.set(name, value);
  });
  parser.on('file', (name, stream, filename, _, type) => {
    if (files.has(name)) fail(new HttpError(400, 'Two files have the same name.'));
    collectFile(stream, (blocks) => files.set(name, new File(blocks, filename ?? '', { type })));
  });
  parser.on('partsLimit', () =>
    fail(new HttpError(400, 'A request must not have other parts than its files and fields.')),
  );
  parser.on('filesLimit', () => fail(new HttpError(400, `A request must not have more than ${maxFiles} files.`)));
  parser.on('error', () => fail(new HttpError(400, 'The body is not valid multipart/form-data.')));

  await feed(parser, chunks, broken.signal);
  const operations = fields.get('operations');
  if (operations === undefined) throw new HttpError(400, 'The field operations is missing; it is text, not a file.');
  return { operations, map: fields.get('map') ?? '{}', files };
}

function createParser(type: string): BusboyInstance {
  try {
    return new Busboy({ headers: { 'content-type': type }, limits, defCharset: 'utf-8' });
  } catch {
    throw new HttpError(400, 'The Content-Type multipart/form-data has no boundary.');
  }
}

/** Resolves when the parser has read everything; throws the reason of `broken` as soon as there is one. */
async function feed(parser: BusboyInstance, chunks: AsyncIterable<Buffer>, broken: AbortSignal): Promise<void> {
  const finished = once(parser, 'finish', { signal: broken });
  // Awaited at the end; until then a failure is seen by the signal.
  finished.catch(() => undefined);
  try {
    for await (const chunk of chunks) {
      const isFull = !parser.write(chunk);
      broken.throwIfAborted();
      if (isFull) await once(parser, 'drain', { signal: broken }).catch(() => broken.throwIfAborted());
    }
    parser.end();
    await finished.catch(() => broken.throwIfAborted());
  } finally {
    parser.destroy();
  }
}

function collectFile(stream: BusboyFileStream, done: (blocks: Buffer<ArrayBuffer>[]) => void): void {
  const blocks = new Blocks();
  stream.on('data', (chunk: Buffer) => blocks.add(chunk));
  stream.on('end', () => done(blocks.finish()));
  // The parser reports it as well.
  stream.on('error', () => undefined);
}
