import { type Limits, maxRequestBytes } from '../config/config.ts';
import { safeFilename } from '../connections/filename.ts';
import type { Secrets } from '../connections/secrets.ts';
import { type InputIssue, RequestError } from '../errors.ts';
import { decodeId, newUuid } from '../ids.ts';
import type { Logger } from '../ops/logger.ts';
import type { IssueCode } from '../request-errors.ts';
import { SizeLimitError, type Storage } from '../storage/storage.ts';
import { Base64Error, decodeBase64, measureBase64 } from './base64.ts';
import { sealCredentials, withoutCredentials } from './url-credentials.ts';

/** Bytes sent with the request, which are already in storage, or a URL that a worker will download. */
export interface NewSource {
  id: string;
  kind: 'URL' | 'FILE' | 'BASE64';
  /** Without user name and password. */
  url: string | null;
  /** These, encrypted; null for none. */
  sealedCredentials: string | null;
  filename: string | null;
  contentType: string | null;
  bytes: number | null;
  sha256: string | null;
  storageKey: string | null;
}

/** A stored upload of the tenant, the document of one of its jobs, or a new source. */
export type SourceOfJob = { uploadId: string } | { jobId: string } | NewSource;

/** The document of a request: exactly one of these. */
export interface SourceInput {
  url?: string | null;
  upload?: string | null;
  job?: string | null;
  file?: File | null;
  base64?: string | null;
}

/** Dependencies for checking and storing sources. One object per request: it identifies the request. */
export interface SourceContext {
  storage: Storage;
  secrets: Secrets;
  limits: Limits;
  logger: Logger;
}

/** The path of a source in the input. */
type Path = InputIssue['path'];

/** A well-formed source; nothing is stored yet. */
export type CheckedSource =
  | { uploadId: string }
  | { jobId: string }
  | { url: string }
  | { base64: string }
  | { file: File };

function bad(path: Path, code: IssueCode, message: string): RequestError {
  return new RequestError('BAD_USER_INPUT', { issues: [{ path, code, message }] });
}

/** Refuses evidently invalid sources without any lookup. */
export async function checkSource(
  context: SourceContext,
  source: SourceInput,
  path: Path = ['input', 'source'],
): Promise<CheckedSource> {
  if (source.upload != null) {
    const uploadId = decodeId('upload', source.upload);
    if (uploadId === null) throw new RequestError('NOT_FOUND', { message: 'There is no such upload.' });
    return { uploadId };
  }
  if (source.job != null) {
    const jobId = decodeId('job', source.job);
    if (jobId === null) throw new RequestError('NOT_FOUND', { message: 'source.job: there is no such job.' });
    return { jobId };
  }
  if (source.url != null) return { url: source.url };
  if (source.base64 != null) return await checkBase64(context, source.base64, [...path, 'base64']);
  if (source.file != null) {
    takeAllowance(context, source.file.size, [...path, 'file']);
    return { file: source.file };
  }
  throw bad(path, 'EXACTLY_ONE', 'exactly one of url, upload, job, file and base64 must be given');
}

/**
 * Turns a source into a reference for a job. Bytes sent with the request are durable in storage before the job exists;
 * if the job is then not created, call `discardSource`.
 */
export async function storeSource(context: SourceContext, source: CheckedSource): Promise<SourceOfJob> {
  if ('uploadId' in source || 'jobId' in source) return source;
  const id = newUuid();
  const nothing = { bytes: null, sha256: null, storageKey: null };
  const none = { id, url: null, sealedCredentials: null, filename: null, contentType: null, ...nothing };
  if ('url' in source) {
    const sealedCredentials = sealCredentials(context.secrets, source.url);
    return { ...none, kind: 'URL', url: withoutCredentials(source.url), sealedCredentials };
  }
  if ('base64' in source) {
    return { ...none, kind: 'BASE64', ...(await store(context, id, decodeBase64(source.base64))) };
  }
  const { file } = source;
  const filename = safeFilename(file.name ?? '');
  return { ...none, kind: 'FILE', filename, contentType: file.type || null, ...(await storeFile(context, id, file)) };
}

/** Removes bytes that no job refers to. */
export async function discardSource(context: SourceContext, source: SourceOfJob): Promise<void> {
  if (!('kind' in source) || source.storageKey === null) return;
  await context.storage
    .remove(source.storageKey)
    .catch((error) => context.logger.warn({ err: error }, 'stored bytes could not be removed'));
}

async function store(context: SourceContext, sourceId: string, source: AsyncIterable<Uint8Array>) {
  const storageKey = `sources/${sourceId}/0.pdf`;
  const { bytes, sha256 } = await context.storage.put(storageKey, source, { maxBytes: context.limits.inlineBytes });
  return { storageKey, bytes, sha256 } satisfies Partial<NewSource>;
}

async function storeFile(context: SourceContext, sourceId: string, file: File) {
  try {
    return await store(context, sourceId, file.stream());
  } catch (error) {
    if (error instanceof SizeLimitError) throw tooLarge(['input', 'source', 'file'], context.limits.inlineBytes);
    throw error;
  }
}

function tooLarge(path: Path, maxBytes: number): RequestError {
  return bad(path, 'TOO_LARGE', `must not exceed ${maxBytes} bytes; use createUpload for large files`);
}

async function checkBase64(context: SourceContext, base64: string, path: Path): Promise<CheckedSource> {
  const { inlineBytes } = context.limits;
  takeAllowance(context, base64.length, path);
  const bytes = await measureBase64(base64).catch((error: unknown) => {
    throw error instanceof Base64Error ? bad(path, 'INVALID_BASE64', error.message) : error;
  });
  if (bytes > inlineBytes) throw tooLarge(path, inlineBytes);
  return { base64 };
}

/** Size of the inline documents that each request has named so far, as encoded in its body. */
const namedBytes = new WeakMap<SourceContext, number>();

/**
 * Limits the total size of a request's inline documents to that of a body. Otherwise, an operation could use one
 * variable a thousand times, and each use would be another document to check and store.
 */
function takeAllowance(context: SourceContext, bytes: number, path: Path): void {
  const all = (namedBytes.get(context) ?? 0) + bytes;
  const most = maxRequestBytes(context.limits);
  if (all > most) throw bad(path, 'TOO_LARGE', `and the other inline documents must not exceed ${most} bytes together`);
  namedBytes.set(context, all);
}
