import type { ArchivedJob as ArchivedRow } from '../../../connections/prisma/client.ts';
import { encodeId } from '../../../ids.ts';
import { scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { JobStatus } from '../enums.ts';

const extensions = scope('OPERATOR');

export const ArchivedJob = builder.objectRef<ArchivedRow>('ArchivedJob').implement({
  description: 'A final job in the archive: `restoreJob` brings it back with its result. Needs the scope OPERATOR.',
  fields: (t) => ({
    jobId: t.id({
      description: 'The id of the job, such as job_01h455vb4pex5vsknk084sn02q. No other job has it.',
      extensions,
      resolve: ({ id }) => encodeId('job', id),
    }),
    tenantId: t.id({
      description: 'The id of its tenant.',
      extensions,
      resolve: ({ tenantId }) => encodeId('tenant', tenantId),
    }),
    batchId: t.id({
      nullable: true,
      description: 'The id of its batch; null without one.',
      extensions,
      resolve: ({ batchId }) => (batchId === null ? null : encodeId('batch', batchId)),
    }),
    name: t.exposeString('name', { nullable: true, description: 'Its name; null without one.', extensions }),
    status: t.expose('status', { type: JobStatus, description: 'COMPLETED, FAILED or CANCELLED.', extensions }),
    pages: t.exposeInt('pages', { description: 'The number of its stored pages.', extensions }),
    createdAt: t.expose('createdAt', { type: 'DateTime', description: 'When it was accepted.', extensions }),
    finishedAt: t.expose('finishedAt', { type: 'DateTime', description: 'When it ended.', extensions }),
    archivedAt: t.expose('archivedAt', { type: 'DateTime', description: 'When it was archived.', extensions }),
    bytes: t.field({
      type: 'BigInt',
      description: 'The size of its file in the archive, in bytes. Its document and page images are stored apart.',
      extensions,
      resolve: ({ bytes }) => Number(bytes),
    }),
  }),
});
