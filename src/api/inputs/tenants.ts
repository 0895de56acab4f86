import { z } from 'zod';
import { jobsRunningCheck, tenantLimitChecks } from '../../tenants/limits.ts';
import type { TenantChange } from '../../tenants/tenants.ts';
import { changed, checkChanges, parse, shortText } from './values.ts';

const limits = z.object({
  requestsPerMinute: changed(tenantLimitChecks.requestsPerMinute),
  jobsRunning: changed(jobsRunningCheck),
  jobsWaiting: changed(tenantLimitChecks.jobsWaiting),
  bytesStored: changed(tenantLimitChecks.bytesStored),
  pagesPerMonth: changed(tenantLimitChecks.pagesPerMonth),
  timeoutSeconds: changed(tenantLimitChecks.timeoutSeconds),
  memoryBytes: changed(tenantLimitChecks.memoryBytes),
  jobsDays: changed(tenantLimitChecks.jobsDays),
  archiveDays: changed(tenantLimitChecks.archiveDays),
  documentsDays: changed(tenantLimitChecks.documentsDays),
  imagesDays: changed(tenantLimitChecks.imagesDays),
});

const name = shortText(500).min(1);
const newTenant = z.object({ name, limits: limits.nullish() });
const tenantChange = z.object({ name: name.nullish(), limits: limits.nullish() });

export function parseNewTenant(input: unknown): TenantChange & { name: string } {
  const { name, limits: given } = parse(newTenant, input);
  return { name, limits: given ?? {} };
}

export function parseTenantChange(input: unknown): TenantChange {
  const { name, limits: given } = parse(tenantChange, input);
  checkChanges([name ?? undefined, ...Object.values(given ?? {})]);
  return { name: name ?? undefined, limits: given ?? {} };
}
