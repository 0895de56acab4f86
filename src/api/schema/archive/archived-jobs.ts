import { decodeId, type IdType, nilUuid } from '../../../ids.ts';
import { scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { resolveNewestFirst } from '../connection.ts';
import { ArchivedJob } from './archived-job.ts';

const ArchivedJobConnection = builder.connectionObject(
  { type: ArchivedJob, name: 'ArchivedJobConnection', description: 'A page of the list of archived jobs.' },
  { name: 'ArchivedJobEdge', description: 'An archived job with its cursor.' },
);

const ArchivedJobFilter = builder.inputType('ArchivedJobFilter', {
  description: 'Which archived jobs to list. A job has to meet all conditions.',
  fields: (t) => ({
    job: t.id({ description: 'The job with this id.' }),
    tenant: t.id({ description: 'Jobs of this tenant. Default: of all tenants.' }),
    batch: t.id({ description: 'Jobs of this batch.' }),
  }),
});

/** An id of another type or installation names nothing, so it matches no job. */
function uuidOf(type: IdType, id: string | null | undefined): string | undefined {
  return id == null ? undefined : (decodeId(type, id) ?? nilUuid);
}

builder.queryField('archivedJobs', (t) =>
  t.field({
    type: ArchivedJobConnection,
    extensions: scope('OPERATOR'),
    description: 'The archived jobs, in the order of their creation, newest first. Needs the scope OPERATOR.',
    args: {
      ...t.arg.connectionArgs(),
      filter: t.arg({ type: ArchivedJobFilter, description: 'Which jobs to list. Default: all.' }),
    },
    resolve: (_, { filter, ...args }, context) =>
      resolveNewestFirst(context, args, (part) =>
        context.system.prisma.archivedJob.findMany({
          ...part,
          where: {
            AND: [part.where, { id: uuidOf('job', filter?.job) }],
            tenantId: uuidOf('tenant', filter?.tenant),
            batchId: uuidOf('batch', filter?.batch),
          },
        }),
      ),
  }),
);
