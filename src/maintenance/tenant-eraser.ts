import { encodeId } from '../ids.ts';
import { type EraseContext, erasePart } from '../retention/erase-tenant.ts';
import type { Actor } from './actor.ts';

/** After this long, other tenants and a shutdown get their turn. */
const turnMs = 2_000;

/** Erases tenants at the request of operators. */
export function createTenantEraser(context: EraseContext) {
  const { jobs, logger } = context;
  return {
    name: 'tenant-eraser',
    everyMs: turnMs,
    async runOnce() {
      const until = performance.now() + turnMs;
      let erasures = await jobs.database.prisma.tenantErasure.findMany({
        where: { finishedAt: null },
        orderBy: { id: 'asc' },
        take: 20,
      });
      while (erasures.length > 0 && performance.now() < until) {
        const unfinished = [];
        for (const erasure of erasures) {
          try {
            if (await erasePart(context, erasure)) unfinished.push(erasure);
          } catch (error) {
            // One tenant must not block the others.
            logger.warn(
              { err: error, tenant: encodeId('tenant', erasure.erasedTenantId) },
              'a part of a tenant could not be erased; trying again',
            );
          }
        }
        erasures = unfinished;
      }
    },
  } satisfies Actor;
}
