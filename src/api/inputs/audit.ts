import { z } from 'zod';
import type { AuditFilter } from '../../audit/read.ts';
import { decodeId } from '../../ids.ts';
import { parse, shortText, storableDate } from './values.ts';

const text = shortText(200).nullish();

const auditFilter = z
  .object({
    tenant: z.string().nullish(),
    apiKey: z.string().nullish(),
    action: text,
    target: text,
    outcome: text,
    createdAfter: storableDate.nullish(),
    createdBefore: storableDate.nullish(),
  })
  .nullish();

/** Returns the filter; null if it names a tenant or key that cannot exist. */
export function parseAuditFilter(value: unknown): AuditFilter | null {
  const { tenant, apiKey, ...rest } = parse(auditFilter, value, 'filter') ?? {};
  const tenantId = tenant == null ? undefined : decodeId('tenant', tenant);
  const keyId = apiKey == null ? undefined : decodeId('key', apiKey);
  if (tenantId === null || keyId === null) return null;
  return {
    tenantId,
    keyId,
    action: rest.action ?? undefined,
    target: rest.target ?? undefined,
    outcome: rest.outcome ?? undefined,
    createdAfter: rest.createdAfter ?? undefined,
    createdBefore: rest.createdBefore ?? undefined,
  };
}
