import { Readable } from 'node:stream';
import { safeFilename } from '../connections/filename.ts';
import { type InputIssue, RequestError } from '../errors.ts';
import { decodeId, newUuid } from '../ids.ts';
import type { NewSource } from '../jobs/submit.ts';
import { SizeLimitError } from '../storage/storage.ts';
import type { ApiContext } from './context.ts';
import type { CreateJobInput } from './inputs.ts';

function bad(field: string, code: string, message: string): RequestError {
  const issues: InputIssue[] = [{ path: ['input', 'source', field], code, message }];
  return new RequestError('BAD_USER_INPUT', { issues });
}

/**
 * Turns the source of a request into what a job refers to. Bytes that came with the request are durable in storage
 * before the job exists; if the job is then not created, `discard` them.
 */
export async function receiveSource(
  context: ApiContext,
  source: CreateJobInput['source'],
): Promise<{ uploadId: string } | NewSource> {
  if (source.upload != null) {
    const uploadId = decodeId('upload', source.upload);
    if (uploadId === null) throw new RequestError('NOT_FOUND', { message: 'There is no such upload.' });
    return { uploadId };
  }
  const id = newUuid();
  const none = { id, url: null, filename: null, contentType: null, bytes: null, sha256: null, storageKey: null };
  if (source.url != null) return { ...none, kind: 'URL', url: source.url };
  if (source.base64 != null) {
    const bytes = decodeBase64(source.base64, context.limits.inlineBytes);
    return { ...none, kind: 'BASE64', ...(await store(context, id, Readable.from([bytes]), 'base64')) };
  }
  if (source.file != null) {
    const { file } = source;
    const stored = await store(context, id, file.stream(), 'file');
    return {
      ...none,
      kind: 'FILE',
      filename: safeFilename(file.name ?? ''),
      contentType: file.type || null,
      ...stored,
    };
  }
  throw bad('url', 'REQUIRED', 'exactly one of url, upload, file and base64 must be given');
}

/** Removes bytes that no job refers to after all. */
export async function discardSource(context: ApiContext, source: { uploadId: string } | NewSource): Promise<void> {
  if ('uploadId' in source || source.storageKey === null) return;
  await context.storage
    .remove(source.storageKey)
    .catch((error) => context.logger.warn({ err: error }, 'bytes were left behind'));
}

async function store(context: ApiContext, sourceId: string, source: AsyncIterable<Uint8Array>, field: string) {
  const storageKey = `sources/${sourceId}/0.pdf`;
  const maxBytes = context.limits.inlineBytes;
  try {
    const { bytes, sha256 } = await context.storage.put(storageKey, source, { maxBytes });
    return { storageKey, bytes, sha256 };
  } catch (error) {
    if (error instanceof SizeLimitError) throw tooLarge(field, maxBytes);
    throw error;
  }
}

function tooLarge(field: string, maxBytes: number): RequestError {
  return bad(field, 'TOO_BIG', `must not exceed ${maxBytes} bytes; use createUpload for large files`);
}

/** Strict: Buffer.from skips what is no base64, and would turn a mistake into other bytes. Line breaks and a data URL's head are fine. */
function decodeBase64(text: string, maxBytes: number): Buffer {
  const body = text.replace(/^\s*data:[^,]{0,500};base64,/i, '').replace(/[\r\n\t ]+/g, '');
  if ((body.length * 3) / 4 > maxBytes + 3) throw tooLarge('base64', maxBytes);
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(body) || body.replace(/=+$/, '').length % 4 === 1) {
    throw bad('base64', 'INVALID_BASE64', 'is not base64 (RFC 4648, standard alphabet)');
  }
  return Buffer.from(body, 'base64');
}
