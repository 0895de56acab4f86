import { z } from 'zod';
import type { Account } from './account.ts';
import { RefusedError, untilKnown } from './api.ts';
import type { DocumentServer } from './document-server.ts';
import { bytesOf, type DocumentKind } from './documents.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';

export interface SourceContext {
  account: Account;
  journal: Journal;
  documents: DocumentServer;
  random: Random;
  /** Aborts everything. */
  signal: AbortSignal;
}

export type Way = 'url' | 'base64' | 'upload';
export type Source = { url: string } | { base64: string } | { upload: string } | { job: string };

const createUploadShape = z.object({
  createUpload: z.object({ upload: z.object({ id: z.string(), url: z.string() }) }),
});
const createUpload = 'mutation { createUpload(input: {}) { upload { id url } } }';

/** Provides a document to the server in one of these ways, if the document allows it. Null if an upload failed. */
export async function makeSource(
  context: SourceContext,
  kind: DocumentKind,
  number: number,
  ways: readonly Way[],
): Promise<Source | null> {
  const { random, documents, journal } = context;
  const bytes = bytesOf(kind, number);
  const way = kind.missing || bytes.length === 0 ? 'url' : random.pick(ways);
  journal.count(`documents by ${way}`);
  if (way === 'url') return { url: documents.urlOf(kind.name, number) };
  if (way === 'base64') return { base64: bytes.toString('base64') };
  const upload = await uploadBytes(context, bytes);
  return upload === null ? null : { upload };
}

async function uploadBytes(
  { account: { api }, journal, signal }: SourceContext,
  bytes: Buffer,
): Promise<string | null> {
  const onRetry = () => journal.count('uploads without an answer');
  try {
    const { upload } = (await untilKnown(() => api.ask(createUpload, {}, createUploadShape), { signal, onRetry }))
      .createUpload;
    await untilKnown(() => api.put(upload.url, bytes), { signal, onRetry });
    return upload.id;
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    journal.breach('requests fail with a clear error', `an upload was refused: ${error.message}`);
    return null;
  }
}
