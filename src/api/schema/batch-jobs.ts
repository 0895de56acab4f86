import type { GraphQLResolveInfo } from 'graphql';
import { createBatcher } from '../batcher.ts';
import type { ApiContext } from '../context.ts';
import type { ConnectionArgs } from './connection.ts';
import {
  connectJobs,
  type JobFilterInput,
  jobQuery,
  jobsWhere,
  type Keyset,
  type ListedJob,
} from './job-connection.ts';

/** The order of the items in `createBatch`. */
const byBatchIndex: Keyset = {
  cursor: /^\d{1,9}$/,
  toCursor: ({ batchIndex }) => `${batchIndex}`,
  beyond: (cursor, side) => ({ batchIndex: { [side === 'after' ? 'gt' : 'lt']: Number(cursor) } }),
  order: [{ batchIndex: 'asc' }],
  inverted: [{ batchIndex: 'desc' }],
};

const jobsOfBatches = createBatcher<string, ListedJob[]>();
const countsOfBatches = createBatcher<string, number>();

/** The jobs of a batch, those of all batches of a list together. */
export function resolveBatchJobs(
  batchId: string,
  filter: JobFilterInput | null | undefined,
  args: ConnectionArgs,
  context: ApiContext,
  info: GraphQLResolveInfo,
) {
  const { prisma } = context.database;
  const where = jobsWhere(context.tenantId, filter);
  const query = jobQuery(context, info);
  return connectJobs(
    {
      readRows: (side, part) =>
        jobsOfBatches(context, info.fieldNodes, batchId, async (ids) => {
          const jobs = { ...query, ...part, where: { AND: [where, side] } };
          const batches = await prisma.batch.findMany({ where: { id: { in: [...ids] } }, select: { id: true, jobs } });
          const found = new Map(batches.map((batch) => [batch.id, batch.jobs]));
          return ids.map((id) => found.get(id) ?? []);
        }),
      countRows: () =>
        countsOfBatches(context, info.fieldNodes, batchId, async (ids) => {
          const among = { AND: [where, { batchId: { in: [...ids] } }] };
          const counts = await prisma.job.groupBy({ by: ['batchId'], where: among, _count: true });
          const found = new Map(counts.map((count) => [count.batchId, count._count]));
          return ids.map((id) => found.get(id) ?? 0);
        }),
    },
    byBatchIndex,
    args,
    context,
  );
}
