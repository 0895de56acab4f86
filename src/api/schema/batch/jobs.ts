import type { GraphQLResolveInfo } from 'graphql';
import { countBatchJobs, listBatchJobs } from '../../../batches/list.ts';
import { createBatcher } from '../../answers/batcher.ts';
import type { ApiContext } from '../../context.ts';
import type { ConnectionArgs } from '../connection.ts';
import {
  connectJobs,
  type JobFilterInput,
  jobReader,
  jobsFilter,
  type ListedJob,
  readInOrder,
} from '../job/connection.ts';

const jobsOfBatches = createBatcher<string, ListedJob[]>();
const countsOfBatches = createBatcher<string, number>();

/**
 * Returns a page of the jobs of a batch, in the order of its items. Loads the jobs of all batches of a list together.
 */
export function resolveBatchJobs(
  batchId: string,
  input: JobFilterInput | null | undefined,
  args: ConnectionArgs,
  context: ApiContext,
  info: GraphQLResolveInfo,
) {
  const { database } = context;
  const filter = jobsFilter(context.tenantId, input);
  const readJobs = jobReader(context, info);
  return connectJobs(
    {
      cursor: /^\d{1,9}$/,
      toCursor: ({ batchIndex }) => `${batchIndex}`,
      read({ after, before, limit, inverted }) {
        const part = { after: indexOf(after), before: indexOf(before), limit, inverted };
        return jobsOfBatches(context, info.fieldNodes, batchId, async (ids) => {
          let listed = new Map<string, string[]>();
          const rows = await readInOrder(async () => {
            listed = await listBatchJobs(database, ids, filter, part);
            return [...listed.values()].flat();
          }, readJobs);
          const byId = new Map(rows.map((row) => [row.id, row]));
          return ids.map((id) => (listed.get(id) ?? []).flatMap((job) => byId.get(job) ?? []));
        });
      },
      async count() {
        const count = await countsOfBatches(context, info.fieldNodes, batchId, async (ids) => {
          const found = await countBatchJobs(database, ids, filter);
          return ids.map((id) => found.get(id) ?? 0);
        });
        return { count, exact: true };
      },
    },
    args,
    context,
  );
}

function indexOf(cursor: string | undefined): number | null {
  return cursor === undefined ? null : Number(cursor);
}
