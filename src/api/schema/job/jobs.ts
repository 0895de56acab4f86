import { decodeId } from '../../../ids.ts';
import { checkJobFilter } from '../../inputs/inputs.ts';
import { builder } from '../builder.ts';
import { JobConnection, JobFilter, jobsFilter, resolveJobs } from './connection.ts';
import { Job } from './job.ts';

builder.queryField('job', (t) =>
  t.prismaField({
    type: Job,
    nullable: true,
    description: 'The job with this id; null if it does not exist or you lack access.',
    args: { id: t.arg.id({ required: true, description: 'The id of the job.' }) },
    resolve(query, _, { id }, { database, tenantId }) {
      const uuid = decodeId('job', id);
      return uuid === null ? null : database.prisma.job.findFirst({ ...query, where: { id: uuid, tenantId } });
    },
  }),
);

builder.queryField('jobs', (t) =>
  t.field({
    type: JobConnection,
    description: 'Your jobs, newest first. Cursors stay valid while jobs are added, deleted or change their status.',
    args: { ...t.arg.connectionArgs(), filter: t.arg({ type: JobFilter, description: 'Which jobs to list.' }) },
    resolve(_, { filter, ...args }, context, info) {
      checkJobFilter(filter);
      return resolveJobs(jobsFilter(context.tenantId, filter), args, context, info);
    },
  }),
);
