import { decodeId } from '../../ids.ts';
import { checkJobFilter } from '../inputs.ts';
import { builder } from './builder.ts';
import { Job } from './job.ts';
import { JobConnection, JobFilter, jobsWhere, resolveJobs } from './job-connection.ts';

builder.queryField('job', (t) =>
  t.prismaField({
    type: Job,
    nullable: true,
    description: 'One job; null if there is no such job, or it is not yours.',
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
    description: 'Your jobs, newest first. Cursors stay good while rows change status, come and go.',
    args: { ...t.arg.connectionArgs(), filter: t.arg({ type: JobFilter, description: 'Only these jobs.' }) },
    resolve(_, { filter, ...args }, context, info) {
      checkJobFilter(filter);
      return resolveJobs(jobsWhere(context.tenantId, filter), args, context, info);
    },
  }),
);
