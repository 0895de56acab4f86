import type { Allowance } from '../tenants/limits.ts';

const dayMs = 24 * 60 * 60 * 1000;

/** Returns when a job of the tenant with these limits is deleted; null until it is final, and if it is kept. */
export function expiryOf(
  { finishedAt, expiresAt }: { finishedAt: Date | null; expiresAt: Date | null },
  { jobsDays }: Pick<Allowance, 'jobsDays'>,
): Date | null {
  if (finishedAt === null || jobsDays === null) return expiresAt;
  const ofTenant = new Date(finishedAt.getTime() + jobsDays * dayMs);
  return expiresAt === null || ofTenant < expiresAt ? ofTenant : expiresAt;
}
