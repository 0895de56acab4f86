import pLimit, { type LimitFunction } from 'p-limit';

/** The queues of this process by tenant, each with the number of its users. */
const queues = new Map<string, { inTurn: LimitFunction; users: number }>();

/**
 * Runs transactions with `lockBytes` of one tenant one after the other. In PostgreSQL alone, each that waits would hold a
 * connection that other tenants need.
 */
export async function inBytesQueue<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
  const queue = queues.get(tenantId) ?? { inTurn: pLimit(1), users: 0 };
  queues.set(tenantId, queue);
  queue.users += 1;
  try {
    return await queue.inTurn(work);
  } finally {
    queue.users -= 1;
    if (queue.users === 0) queues.delete(tenantId);
  }
}
