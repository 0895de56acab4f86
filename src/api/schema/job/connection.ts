import { queryFromInfo } from '@pothos/plugin-prisma';
import type { ResolveCursorConnectionArgs } from '@pothos/plugin-relay';
import type { GraphQLResolveInfo } from 'graphql';
import { decodeId, nilUuid } from '../../../ids.ts';
import { countJobs, type JobsFilter, listJobs } from '../../../jobs/list.ts';
import { countedUpTo, type JobKey } from '../../../jobs/list-limits.ts';
import { atMost } from '../../admission/declarations.ts';
import type { ApiContext } from '../../context.ts';
import { builder } from '../builder.ts';
import { type ConnectionArgs, checkConnectionArgs, resolveKeyset, uuidPattern } from '../connection.ts';
import { JobStatus } from '../enums.ts';
import { FailureCode } from '../failure.ts';
import { Job } from './job.ts';

export const JobFilter = builder.inputType('JobFilter', {
  description: 'Which jobs to list. A job has to meet all conditions.',
  fields: (t) => ({
    status: t.field({ type: [JobStatus], extensions: atMost(100), description: 'Jobs with one of these statuses.' }),
    name: t.string({ description: 'Jobs whose name contains this text, in any case and Unicode form.' }),
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

/** Returns a filter within a tenant. An invalid batch id matches nothing, like the id of another tenant's batch. */
export function jobsFilter(tenantId: string, filter: JobFilterInput | null | undefined): JobsFilter {
  const { status, failureCode, name, batch, createdAfter, createdBefore } = filter ?? {};
  const batchId = batch == null ? null : (decodeId('batch', batch) ?? nilUuid);
  return { tenantId, statuses: status, failureCodes: failureCode, name, batchId, createdAfter, createdBefore };
}

export interface JobCount {
  count: number;
  exact: boolean;
}

export const JobConnection = builder.connectionObject(
  {
    type: Job,
    name: 'JobConnection',
    description: 'A page of a list of jobs.',
    fields: (t) => ({
      totalCount: t.int({
        description: `Number of jobs in the whole list: exact up to ${countedUpTo}, and for the jobs of one batch; otherwise an estimate. With a name, it may also be an estimate below that if counting would read too many jobs.`,
        resolve: async (connection) => (await countOf(connection)).count,
      }),
      totalCountExact: t.boolean({
        description: 'Whether `totalCount` is exact rather than an estimate.',
        resolve: async (connection) => (await countOf(connection)).exact,
      }),
    }),
  },
  { name: 'JobEdge', description: 'A job with its cursor.' },
);

const counts = new WeakMap<object, () => Promise<JobCount>>();

async function countOf(connection: object): Promise<JobCount> {
  return (await counts.get(connection)?.()) ?? { count: 0, exact: true };
}

/** The columns that cursors contain. They never change, so a cursor stays valid. */
export interface ListedJob {
  id: string;
  createdAt: Date;
  batchIndex: number | null;
}

/** A list of jobs and the form of its cursors. */
interface JobList {
  cursor: RegExp;
  toCursor: (job: ListedJob) => string;
  read: (part: Pick<ResolveCursorConnectionArgs, 'after' | 'before' | 'limit' | 'inverted'>) => Promise<ListedJob[]>;
  count: () => Promise<JobCount>;
}

/** Returns a page of a list of jobs. Counts the list once, if the count is selected. */
export async function connectJobs(
  { cursor, toCursor, read, count }: JobList,
  args: ConnectionArgs,
  context: ApiContext,
) {
  checkConnectionArgs(args, (text) => cursor.test(text));
  const connection = await resolveKeyset(context, args, toCursor, read);
  let counted: Promise<JobCount> | null = null;
  counts.set(connection, () => (counted ??= count()));
  return connection;
}

/** Reads the selected columns of the jobs with these ids. */
export type ReadJobs = (ids: string[]) => Promise<ListedJob[]>;

/** Returns a reader for the columns that the nodes of a connection select. */
export function jobReader(context: ApiContext, info: GraphQLResolveInfo): ReadJobs {
  const { prisma } = context.database;
  const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']], typeName: 'Job' });
  return (ids) => prisma.job.findMany({ ...query, where: { id: { in: ids }, tenantId: context.tenantId } });
}

/**
 * Reads the ids of a list, then their rows in the same order. Reads the list again if a job was deleted in between: the
 * missing row would end the list too early.
 */
export async function readInOrder(list: () => Promise<string[]>, read: ReadJobs): Promise<ListedJob[]> {
  for (let tries = 3; ; tries -= 1) {
    const ids = await list();
    const rows = ids.length === 0 ? [] : await read(ids);
    if (rows.length < ids.length && tries > 0) continue;
    const byId = new Map(rows.map((row) => [row.id, row]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }
}

/** Returns a page of the jobs of a filter, newest first. */
export function resolveJobs(filter: JobsFilter, args: ConnectionArgs, context: ApiContext, info: GraphQLResolveInfo) {
  const { database } = context;
  const readJobs = jobReader(context, info);
  return connectJobs(
    {
      cursor: new RegExp(`^\\d{1,14}_${uuidPattern}$`),
      toCursor: ({ createdAt, id }) => `${createdAt.getTime()}_${id}`,
      read({ after, before, limit, inverted }) {
        const part = { after: keyOf(after), before: keyOf(before), limit, inverted };
        return readInOrder(async () => (await listJobs(database, filter, part)).map(({ id }) => id), readJobs);
      },
      count: () => countJobs(database, filter),
    },
    args,
    context,
  );
}

function keyOf(cursor: string | undefined): JobKey | null {
  const [time, id] = cursor?.split('_') ?? [];
  return time === undefined || id === undefined ? null : { createdAt: new Date(Number(time)), id };
}
