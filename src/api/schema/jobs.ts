import { queryFromInfo } from '@pothos/plugin-prisma';
import type { Prisma } from '../../connections/prisma/client.ts';
import { decodeId } from '../../ids.ts';
import { checkJobFilter } from '../inputs.ts';
import { builder } from './builder.ts';
import { checkConnectionArgs, resolveKeyset, uuidPattern } from './connection.ts';
import { JobStatus } from './enums.ts';
import { FailureCode } from './failure.ts';
import { Job } from './job.ts';

export const JobFilter = builder.inputType('JobFilter', {
  description: 'Which jobs; conditions are combined by "and".',
  fields: (t) => ({
    status: t.field({ type: [JobStatus], description: 'In one of these states.' }),
    name: t.string({ description: 'Whose name contains this, in upper or lower case.' }),
    failureCode: t.field({ type: [FailureCode], description: 'Whose last attempt failed with one of these.' }),
    createdAfter: t.field({ type: 'DateTime', description: 'Accepted at or after this.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Accepted before this.' }),
  }),
});

export type JobFilterInput = typeof JobFilter.$inferInput;

/** Prisma leaves the wildcards of LIKE as they are. */
function literal(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}

/** A filter as Prisma's condition, within a tenant. */
export function jobsWhere(tenantId: string, filter: JobFilterInput | null | undefined): Prisma.JobWhereInput {
  return {
    tenantId,
    ...(filter?.status ? { status: { in: filter.status } } : {}),
    ...(filter?.name ? { name: { contains: literal(filter.name), mode: 'insensitive' } } : {}),
    ...(filter?.failureCode ? { failureCode: { in: filter.failureCode } } : {}),
    createdAt: {
      ...(filter?.createdAfter ? { gte: filter.createdAfter } : {}),
      ...(filter?.createdBefore ? { lt: filter.createdBefore } : {}),
    },
  };
}

/** Counting goes no further than this: a list of millions must not be counted for a page of twenty. */
const countLimit = 10_000;

/** createdAt and id of a row: stays good whatever becomes of the row. */
const cursorPattern = new RegExp(`^\\d{1,14}_${uuidPattern}$`);

function toCursor(job: { createdAt: Date; id: string }): string {
  return `${job.createdAt.getTime()}_${job.id}`;
}

/** Rows on one side of a cursor in the order (createdAt, id). The first condition is what the index can use. */
function beyond(cursor: string, side: 'older' | 'newer'): Prisma.JobWhereInput {
  const [time, id] = cursor.split('_');
  const createdAt = new Date(Number(time));
  const op = side === 'older' ? 'lt' : 'gt';
  return { createdAt: { [`${op}e`]: createdAt }, OR: [{ createdAt: { [op]: createdAt } }, { id: { [op]: id } }] };
}

interface Counted {
  countRows: () => Promise<number>;
}

export const JobConnection = builder.connectionObject(
  {
    type: Job,
    name: 'JobConnection',
    description: 'A part of a list of jobs, newest first.',
    fields: (t) => ({
      totalCount: t.int({
        description: `Jobs in the whole list, counted up to ${countLimit}.`,
        resolve: async (connection) => Math.min(await countOf(connection), countLimit),
      }),
      totalCountExact: t.boolean({
        description: `False if there are more than the ${countLimit} that were counted.`,
        resolve: async (connection) => (await countOf(connection)) <= countLimit,
      }),
    }),
  },
  { name: 'JobEdge', description: 'A job and its cursor.' },
);

const counters = new WeakMap<object, Counted>();

async function countOf(connection: object): Promise<number> {
  return (await counters.get(connection)?.countRows()) ?? 0;
}

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
    async resolve(_, { filter, ...args }, context, info) {
      checkConnectionArgs(args, (text) => cursorPattern.test(text));
      checkJobFilter(filter);
      const { prisma } = context.database;
      const where = jobsWhere(context.tenantId, filter);
      const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']], typeName: 'Job' });
      const connection = await resolveKeyset(args, toCursor, ({ before, after, limit, inverted }) =>
        prisma.job.findMany({
          ...query,
          where: { AND: [where, after ? beyond(after, 'older') : {}, before ? beyond(before, 'newer') : {}] },
          orderBy: inverted ? [{ createdAt: 'asc' }, { id: 'asc' }] : [{ createdAt: 'desc' }, { id: 'desc' }],
          take: limit,
        }),
      );
      let count: Promise<number> | null = null;
      counters.set(connection, {
        countRows: () => (count ??= prisma.job.count({ where, take: countLimit + 1 })),
      });
      return connection;
    },
  }),
);
