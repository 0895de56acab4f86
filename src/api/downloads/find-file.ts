import { RequestError } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import type { ApiServices } from '../context.ts';
import { attachmentFile } from './attachment-file.ts';
import { batchFile } from './batch-file.ts';
import { type DownloadFile, resultFormats } from './download.ts';
import { imageFile, imageKinds } from './image-file.ts';
import { jobFile } from './job-file.ts';

/**
 * Finds the file of a signed path: `ID/FORMAT` of a job or batch, or `ID/attachments/INDEX` and `ID/pages/NUMBER/KIND`
 * of a job.
 */
export async function findFile(services: ApiServices, path: string): Promise<DownloadFile> {
  const [id = '', name = '', index, kind] = path.split('/');
  const jobId = decodeId('job', id);
  if (index !== undefined) {
    if (jobId !== null && name === 'attachments') return await attachmentFile(services, jobId, Number(index));
    const image = imageKinds.find((each) => each === kind);
    if (jobId !== null && name === 'pages' && image !== undefined) {
      return await imageFile(services, jobId, Number(index), image);
    }
    throw new RequestError('DOWNLOAD_URL_INVALID');
  }
  const batchId = decodeId('batch', id);
  const format = resultFormats.find((each) => each.toLowerCase() === name);
  if (format !== undefined && jobId !== null) return await jobFile(services, jobId, format);
  if (format !== undefined && batchId !== null) return await batchFile(services.database, batchId, format);
  throw new RequestError('DOWNLOAD_URL_INVALID');
}
