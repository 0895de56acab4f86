import { defaultTenantId } from '../../src/api/context.ts';
import type { Database } from '../../src/connections/database.ts';
import { foldText } from '../../src/jobs/fold-text.ts';
import type { JobsFilter } from '../../src/jobs/list.ts';
import type { JobKey } from '../../src/jobs/list-limits.ts';

/** Conditions on the jobs of the default tenant. */
export type Filter = Omit<JobsFilter, 'tenantId'>;

/** The Prisma condition of a filter, as a reference; of the name, only what precedes its first non-ASCII letter. */
export function whereOf({ statuses, failureCodes, name, batchId, createdAfter, createdBefore }: Filter) {
  return {
    tenantId: defaultTenantId,
    ...(statuses ? { status: { in: [...statuses] } } : {}),
    ...(failureCodes ? { failureCode: { in: [...failureCodes] } } : {}),
    ...(name ? { name: { contains: /^[ -~]*/.exec(name)?.[0] ?? '', mode: 'insensitive' as const } } : {}),
    ...(batchId ? { batchId } : {}),
    createdAt: { gte: createdAfter ?? new Date(0), lt: createdBefore ?? new Date('2100-01-01T00:00:00Z') },
  };
}

/** Rows that the reference reads at a time: all at once exceed the statement timeout on a busy machine. */
const chunk = 50_000;

/** Finds the jobs of a filter by reading all jobs, newest first. */
export async function scanFor(database: Database, filter: Filter): Promise<JobKey[]> {
  const found: JobKey[] = [];
  for (let last: string | undefined; ; ) {
    const rows = await database.prisma.job.findMany({
      where: whereOf(filter),
      orderBy: [{ createdAt: 'desc' }, { id: 'desc' }],
      select: { id: true, createdAt: true, name: Boolean(filter.name) },
      take: chunk,
      ...(last === undefined ? {} : { cursor: { id: last }, skip: 1 }),
    });
    const matches = rows.filter(({ name }) => !filter.name || foldText(name ?? '').includes(foldText(filter.name)));
    found.push(...matches.map(({ id, createdAt }) => ({ id, createdAt })));
    last = rows.at(-1)?.id;
    if (rows.length < chunk) return found;
  }
}
