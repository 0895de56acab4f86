import { encodeId } from '../ids.ts';
import type { JobsContext } from '../jobs/context.ts';
import { makePart, recordFailure } from '../operations/make-part.ts';
import type { Logger } from '../ops/logger.ts';
import type { Storage } from '../storage/storage.ts';
import type { Actor } from './actor.ts';
import { takeTurns } from './turns.ts';

/** Operations processed in turn. */
const maxOperations = 20;
/** After this long, operations that were requested meanwhile get their turn. */
const turnMs = 2_000;

/** Makes the changes of bulk operations, a part of each in turn. */
export function createBulkOperator(context: { jobs: JobsContext; storage: Storage; logger: Logger }): Actor {
  const { jobs, logger } = context;
  return {
    name: 'bulk-operator',
    everyMs: 1_000,
    async runOnce() {
      const running = await jobs.database.prisma.bulkOperation.findMany({
        where: { status: 'RUNNING' },
        orderBy: { id: 'asc' },
        take: maxOperations,
      });
      await takeTurns(
        running,
        turnMs,
        (operation) => makePart(context, operation),
        async (operation, error) => {
          const details = { err: error, operation: encodeId('operation', operation.id) };
          logger.warn(details, 'a part of a bulk operation failed; trying again');
          await recordFailure(context, operation);
        },
      );
    },
  };
}
