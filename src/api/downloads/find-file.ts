import { RequestError } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import type { ApiServices } from '../context.ts';
import { attachmentFile } from './attachment-file.ts';
import { batchFile } from './batch-file.ts';
import { type DownloadFile, resultFormats } from './download.ts';
import { jobFile } from './job-file.ts';

/** What lies under a signed path: `ID/FORMAT` of a job or a batch, or `ID/attachments/INDEX` of a job. */
export async function findFile(services: ApiServices, path: string): Promise<DownloadFile> {
  const [id = '', name = '', index] = path.split('/');
  const jobId = decodeId('job', id);
  if (index !== undefined) {
    if (jobId !== null && name === 'attachments') return await attachmentFile(services, jobId, Number(index));
    throw new RequestError('DOWNLOAD_URL_INVALID');
  }
  const batchId = decodeId('batch', id);
  const format = resultFormats.find((each) => each.toLowerCase() === name);
  if (format !== undefined && jobId !== null) return await jobFile(services, jobId, format);
  if (format !== undefined && batchId !== null) return await batchFile(services.database, batchId, format);
  throw new RequestError('DOWNLOAD_URL_INVALID');
}
