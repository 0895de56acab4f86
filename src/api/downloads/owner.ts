import { RequestError } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import type { ApiServices } from '../context.ts';

/**
 * Finds the tenant of a signed path, whose holder needs no key: that of the job or batch that it begins with. NOT_FOUND
 * if it is gone.
 */
export async function ownerOf({ system }: Pick<ApiServices, 'system'>, path: string): Promise<string> {
  const [id = ''] = path.split('/');
  const jobId = decodeId('job', id);
  const batchId = decodeId('batch', id);
  const select = { tenantId: true };
  const { job, batch } = system.prisma;
  const found =
    jobId !== null
      ? await job.findUnique({ where: { id: jobId }, select })
      : batchId !== null
        ? await batch.findUnique({ where: { id: batchId }, select })
        : null;
  if (found === null) throw new RequestError('NOT_FOUND', { message: 'There is no such result.' });
  return found.tenantId;
}
