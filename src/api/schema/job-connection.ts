import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import type { Prisma } from '../../connections/prisma/client.ts';
import { decodeId } from '../../ids.ts';
import { atMost } from '../admission/declarations.ts';
import type { ApiContext } from '../context.ts';
import { builder } from './builder.ts';
import { type ConnectionArgs, checkConnectionArgs, resolveKeyset, uuidPattern } from './connection.ts';
import { JobStatus } from './enums.ts';
import { FailureCode } from './failure.ts';
import { Job } from './job.ts';

export const JobFilter = builder.inputType('JobFilter', {
  description: 'Which jobs to list. A job has to meet all conditions.',
  fields: (t) => ({
    status: t.field({ type: [JobStatus], extensions: atMost(100), description: 'Jobs with one of these statuses.' }),
    name: t.string({ description: 'Jobs whose name contains this text, ignoring case.' }),
    failureCode: t.field({
      type: [FailureCode],
      extensions: atMost(100),
      description: 'Jobs whose last attempt failed with one of these codes.',
    }),
    batch: t.id({ description: 'Jobs of this batch.' }),
    createdAfter: t.field({ type: 'DateTime', description: 'Jobs accepted at or after this time.' }),
    createdBefore: t.field({ type: 'DateTime', description: 'Jobs accepted before this time.' }),
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
    // An id that is none matches nothing, as that of somebody else's batch.
    ...(filter?.batch ? { batchId: decodeId('batch', filter.batch) ?? { in: [] } } : {}),
    ...(filter?.failureCode ? { failureCode: { in: filter.failureCode } } : {}),
    createdAt: {
      ...(filter?.createdAfter ? { gte: filter.createdAfter } : {}),
      ...(filter?.createdBefore ? { lt: filter.createdBefore } : {}),
    },
  };
}

/** Counting goes no further than this: a list of millions must not be counted for a page of twenty. */
const countLimit = 10_000;

/** An order of jobs, and the keys of a row as a cursor: it stays good whatever becomes of the row. */
export interface Keyset {
  cursor: RegExp;
  toCursor: (job: { id: string; createdAt: Date; batchIndex: number | null }) => string;
  /** Rows on one side of a cursor. */
  beyond: (cursor: string, side: 'after' | 'before') => Prisma.JobWhereInput;
  order: Prisma.JobOrderByWithRelationInput[];
  inverted: Prisma.JobOrderByWithRelationInput[];
}

const newestFirst: Keyset = {
  cursor: new RegExp(`^\\d{1,14}_${uuidPattern}$`),
  toCursor: ({ createdAt, id }) => `${createdAt.getTime()}_${id}`,
  // The first condition is what the index can use.
  beyond(cursor, side) {
    const [time, id] = cursor.split('_');
    const createdAt = new Date(Number(time));
    const op = side === 'after' ? 'lt' : 'gt';
    return { createdAt: { [`${op}e`]: createdAt }, OR: [{ createdAt: { [op]: createdAt } }, { id: { [op]: id } }] };
  },
  order: [{ createdAt: 'desc' }, { id: 'desc' }],
  inverted: [{ createdAt: 'asc' }, { id: 'asc' }],
};

interface Counted {
  countRows: () => Promise<number>;
}

export const JobConnection = builder.connectionObject(
  {
    type: Job,
    name: 'JobConnection',
    description: 'A page of a list of jobs.',
    fields: (t) => ({
      totalCount: t.int({
        description: `Number of jobs in the whole list, counted up to ${countLimit}.`,
        resolve: async (connection) => Math.min(await countOf(connection), countLimit),
      }),
      totalCountExact: t.boolean({
        description: `Whether \`totalCount\` is exact: false if there are more than ${countLimit} jobs.`,
        resolve: async (connection) => (await countOf(connection)) <= countLimit,
      }),
    }),
  },
  { name: 'JobEdge', description: 'A job with its cursor.' },
);

const counters = new WeakMap<object, Counted>();

async function countOf(connection: object): Promise<number> {
  return (await counters.get(connection)?.countRows()) ?? 0;
}

/** Where the jobs of a connection come from. */
interface JobSource {
  readRows: (
    where: Prisma.JobWhereInput,
    part: Pick<Prisma.JobFindManyArgs, 'orderBy' | 'take'>,
  ) => Promise<ListedJob[]>;
  countRows: () => Promise<number>;
}

/** What a keyset needs of a row. */
export type ListedJob = Parameters<Keyset['toCursor']>[0];

/** What of a job the nodes of a connection select. */
export function jobQuery(context: ApiContext, info: GraphQLResolveInfo) {
  return queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']], typeName: 'Job' });
}

/** A part of some jobs, in an order. */
export async function connectJobs(
  { readRows, countRows }: JobSource,
  { cursor, toCursor, beyond, order, inverted }: Keyset,
  args: ConnectionArgs,
  context: ApiContext,
) {
  checkConnectionArgs(args, (text) => cursor.test(text));
  const connection = await resolveKeyset(context, args, toCursor, ({ before, after, limit, ...part }) =>
    readRows(
      { AND: [after ? beyond(after, 'after') : {}, before ? beyond(before, 'before') : {}] },
      { orderBy: part.inverted ? inverted : order, take: limit },
    ),
  );
  let count: Promise<number> | null = null;
  counters.set(connection, { countRows: () => (count ??= countRows()) });
  return connection;
}

/** A part of the jobs that a condition selects, newest first. */
export function resolveJobs(
  where: Prisma.JobWhereInput,
  args: ConnectionArgs,
  context: ApiContext,
  info: GraphQLResolveInfo,
) {
  const { prisma } = context.database;
  const query = jobQuery(context, info);
  const source: JobSource = {
    readRows: (side, part) => prisma.job.findMany({ ...query, ...part, where: { AND: [where, side] } }),
    countRows: () => prisma.job.count({ where, take: countLimit + 1 }),
  };
  return connectJobs(source, newestFirst, args, context);
}
