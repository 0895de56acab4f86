import { Readable } from 'node:stream';
import { safeFilename } from '../connections/filename.ts';
import { type InputIssue, RequestError } from '../errors.ts';
import { decodeId, newUuid } from '../ids.ts';
import type { NewSource, SourceOfJob } from '../jobs/submit.ts';
import { SizeLimitError } from '../storage/storage.ts';
import type { ApiContext } from './context.ts';
import type { CreateJobInput } from './inputs.ts';

/** Where in the input a source stands. */
type Path = InputIssue['path'];

/** A source that is well-formed; nothing of it is stored yet. */
type CheckedSource = { uploadId: string } | { url: string } | { bytes: Buffer } | { file: File };

function bad(path: Path, code: string, message: string): RequestError {
  return new RequestError('BAD_USER_INPUT', { issues: [{ path, code, message }] });
}

/** Refuses what can be seen to be wrong without looking anything up. */
export function checkSource(
  source: CreateJobInput['source'],
  { inlineBytes }: ApiContext['limits'],
  path: Path = ['input', 'source'],
): CheckedSource {
  if (source.upload != null) {
    const uploadId = decodeId('upload', source.upload);
    if (uploadId === null) throw new RequestError('NOT_FOUND', { message: 'There is no such upload.' });
    return { uploadId };
  }
  if (source.url != null) return { url: source.url };
  if (source.base64 != null) return { bytes: decodeBase64(source.base64, inlineBytes, [...path, 'base64']) };
  if (source.file != null) return { file: source.file };
  throw bad([...path, 'url'], 'REQUIRED', 'exactly one of url, upload, file and base64 must be given');
}

/**
 * Turns a source into what a job refers to. Bytes that came with the request are durable in storage before the job
 * exists; if the job is then not created, `discard` them.
 */
export async function storeSource(context: ApiContext, source: CheckedSource): Promise<SourceOfJob> {
  if ('uploadId' in source) return source;
  const id = newUuid();
  const none = { id, url: null, filename: null, contentType: null, bytes: null, sha256: null, storageKey: null };
  if ('url' in source) return { ...none, kind: 'URL', url: source.url };
  if ('bytes' in source) {
    return { ...none, kind: 'BASE64', ...(await store(context, id, Readable.from([source.bytes]))) };
  }
  const { file } = source;
  const filename = safeFilename(file.name ?? '');
  return { ...none, kind: 'FILE', filename, contentType: file.type || null, ...(await storeFile(context, id, file)) };
}

/** Removes bytes that no job refers to after all. */
export async function discardSource(context: ApiContext, source: SourceOfJob): Promise<void> {
  if ('uploadId' in source || source.storageKey === null) return;
  await context.storage
    .remove(source.storageKey)
    .catch((error) => context.logger.warn({ err: error }, 'bytes were left behind'));
}

async function store(context: ApiContext, sourceId: string, source: AsyncIterable<Uint8Array>) {
  const storageKey = `sources/${sourceId}/0.pdf`;
  const { bytes, sha256 } = await context.storage.put(storageKey, source, { maxBytes: context.limits.inlineBytes });
  return { storageKey, bytes, sha256 } satisfies Partial<NewSource>;
}

async function storeFile(context: ApiContext, sourceId: string, file: File) {
  try {
    return await store(context, sourceId, file.stream());
  } catch (error) {
    if (error instanceof SizeLimitError) throw tooLarge(['input', 'source', 'file'], context.limits.inlineBytes);
    throw error;
  }
}

function tooLarge(path: Path, maxBytes: number): RequestError {
  return bad(path, 'TOO_BIG', `must not exceed ${maxBytes} bytes; use createUpload for large files`);
}

/** Strict: Buffer.from skips what is no base64, and would turn a mistake into other bytes. Line breaks and a data URL's head are fine. */
function decodeBase64(text: string, maxBytes: number, path: Path): Buffer {
  const body = text.replace(/^\s*data:[^,]{0,500};base64,/i, '').replace(/[\r\n\t ]+/g, '');
  if ((body.length * 3) / 4 > maxBytes + 3) throw tooLarge(path, maxBytes);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body) || body.replace(/=+$/, '').length % 4 === 1) {
    throw bad(path, 'INVALID_BASE64', 'is not base64 (RFC 4648, standard alphabet)');
  }
  const bytes = Buffer.from(body, 'base64');
  if (bytes.length > maxBytes) throw tooLarge(path, maxBytes);
  return bytes;
}

/** The address of a document, without the user name and password that it may have been given with. */
export function withoutCredentials(address: string): string {
  const url = new URL(address);
  if (url.username === '' && url.password === '') return address;
  url.username = '';
  url.password = '';
  return url.href;
}
