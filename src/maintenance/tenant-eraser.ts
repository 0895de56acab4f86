import { encodeId } from '../ids.ts';
import { type EraseContext, erasePart } from '../retention/erase-tenant.ts';
import type { Actor } from './actor.ts';
import { takeTurns } from './turns.ts';

/** Tenants processed in turn. */
const maxErasures = 20;
/** After this long, erasures that were requested meanwhile get their turn. */
const turnMs = 2_000;

/** Erases tenants, a part of each in turn. */
export function createTenantEraser(context: EraseContext) {
  const { jobs, logger } = context;
  return {
    name: 'tenant-eraser',
    everyMs: turnMs,
    async runOnce() {
      const erasures = await jobs.database.prisma.tenantErasure.findMany({
        where: { finishedAt: null },
        orderBy: { id: 'asc' },
        take: maxErasures,
      });
      await takeTurns(
        erasures,
        turnMs,
        async (erasure) => ((await erasePart(context, erasure)) ? erasure : null),
        ({ erasedTenantId }, error) =>
          logger.warn(
            { err: error, tenant: encodeId('tenant', erasedTenantId) },
            'a part of a tenant could not be erased; trying again',
          ),
      );
    },
  } satisfies Actor;
}
