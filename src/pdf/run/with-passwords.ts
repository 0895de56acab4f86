import { join } from 'node:path';
import { JobError } from '../../errors.ts';
import { withEmptyUser } from '../file/empty-owner.ts';
import { type Encryption, isUnsupported, readEncryption } from '../file/encryption.ts';
import { createFile } from '../file/parts-file.ts';
import { otherPasswords } from '../file/passwords.ts';
import { readDocument } from '../file/read-document.ts';
import type { ExtractionRequest } from '../model/extraction.ts';
import { scratchFiles } from '../model/scratch-files.ts';
import { isRefusal } from './refusals.ts';

/**
 * Opens a document with the password of the request, then with others that may open it. Throws `JobError` with the
 * reason if none does.
 */
export async function withPasswords<Opened>(
  request: ExtractionRequest,
  open: (request: ExtractionRequest) => Promise<Opened>,
): Promise<Opened> {
  const first = await orRefusal(open(request));
  if (!(first instanceof JobError)) return first;
  const needsPassword = first.code === 'PDF_ENCRYPTED' || first.code === 'PDF_WRONG_PASSWORD';
  if (!needsPassword && first.code !== 'PDF_DAMAGED') throw first;
  const encryption = readEncryption(await readDocument(request.path));
  if (encryption !== null && isUnsupported(encryption)) {
    throw new JobError('PDF_ENCRYPTED', { detail: describeUnsupported(encryption), cause: first });
  }
  for (const password of needsPassword ? otherPasswords(request.password, encryption) : []) {
    const again = await orRefusal(open({ ...request, password }));
    if (!(again instanceof JobError)) return again;
  }
  const path = needsPassword ? await unlockedCopy(request, encryption) : null;
  if (path !== null) return await open({ ...request, path, password: null });
  throw first;
}

async function orRefusal<Opened>(work: Promise<Opened>): Promise<Opened | JobError> {
  try {
    return await work;
  } catch (error) {
    if (isRefusal(error)) return error;
    throw error;
  }
}

/** Creates a copy in the scratch folder that opens without a password; null unless anybody may open the document. */
async function unlockedCopy(
  { path, scratch }: ExtractionRequest,
  encryption: Encryption | null,
): Promise<string | null> {
  const copy = encryption === null ? null : withEmptyUser(await readDocument(path), encryption);
  if (copy === null) return null;
  const target = join(scratch, scratchFiles.unlocked);
  try {
    await using file = await createFile(target);
    await file.writeFile(copy);
  } catch (error) {
    throw new JobError('STORAGE_UNAVAILABLE', { cause: error });
  }
  return target;
}

function describeUnsupported({ handler }: Encryption): string {
  return handler === 'Adobe.PubSec'
    ? 'The document is encrypted for the holders of certificates; no password opens it.'
    : 'The document is encrypted in a way that no password opens.';
}
