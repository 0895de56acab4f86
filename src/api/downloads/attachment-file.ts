import { Readable } from 'node:stream';
import { RequestError } from '../../errors.ts';
import type { Attachment, Omission } from '../../pdf/model/document.ts';
import { type StoredDocument, storedDocument } from '../../results/stored-json.ts';
import type { ApiServices } from '../context.ts';
import type { DownloadFile } from './download.ts';

/** Types that no program executes, by extension. All other files are sent as bytes. */
const safeTypes = new Map([
  ['csv', 'text/csv; charset=utf-8'],
  ['gif', 'image/gif'],
  ['jpeg', 'image/jpeg'],
  ['jpg', 'image/jpeg'],
  ['json', 'application/json'],
  ['pdf', 'application/pdf'],
  ['png', 'image/png'],
  ['txt', 'text/plain; charset=utf-8'],
  ['webp', 'image/webp'],
  ['xml', 'application/xml'],
  ['zip', 'application/zip'],
]);

export function attachmentType({ name }: Pick<Attachment, 'name'>): string {
  const [, extension = ''] = /\.([a-z]+)$/i.exec(name) ?? [];
  return safeTypes.get(extension.toLowerCase()) ?? 'application/octet-stream';
}

/** Whether its bytes are stored. */
export function isKept({ bytes, offset }: Attachment): boolean {
  return bytes !== null && offset !== null;
}

/** Why its bytes are not stored; null if they are. */
export function omissionOf(attachment: Attachment): Omission | 'NOT_STORED' | null {
  return isKept(attachment) ? null : (attachment.omitted ?? 'NOT_STORED');
}

/** Finds an attachment of a job by its index. NOT_FOUND if the job is gone or the attachment is not stored. */
export async function attachmentFile(services: ApiServices, jobId: string, index: number): Promise<DownloadFile> {
  const job = await services.database.prisma.job.findFirst({
    where: { id: jobId, status: 'COMPLETED' },
    select: { document: true },
  });
  const document = job === null ? null : storedDocument(job.document);
  const attachment = document?.attachments[index];
  if (document == null || attachment === undefined || !isKept(attachment)) {
    throw new RequestError('NOT_FOUND', { message: 'There is no such attachment.' });
  }
  const { name, bytes } = attachment;
  const content = () => readAttachment(services, document, attachment);
  return { filename: name, contentType: attachmentType(attachment), bytes, content };
}

/** Streams the bytes of a stored attachment. */
export async function readAttachment(
  { storage }: Pick<ApiServices, 'storage'>,
  { attachmentsKey }: Pick<StoredDocument, 'attachmentsKey'>,
  { bytes, offset }: Attachment,
): Promise<Readable> {
  if (attachmentsKey === null || bytes === null || offset === null || bytes === 0) return Readable.from([]);
  return await storage.get(attachmentsKey, { first: offset, last: offset + bytes - 1 });
}
