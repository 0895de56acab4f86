import { z } from 'zod';
import { Scope } from '../../connections/prisma/enums.ts';
import { RequestError } from '../../errors.ts';
import { decodeId } from '../../ids.ts';
import { keyOfSecret } from '../../tenants/key-text.ts';
import { type KeyChange, longestKeyName, maxOverlapSeconds } from '../../tenants/keys.ts';
import { keyLimitChecks, storedKeyLimits } from '../../tenants/limits.ts';
import { changed, checkChanges, parse, shortText, storableDate } from './values.ts';

const name = shortText(longestKeyName);

const limits = z.object({
  requestsPerMinute: changed(keyLimitChecks.requestsPerMinute),
  timeoutSeconds: changed(keyLimitChecks.timeoutSeconds),
  memoryBytes: changed(keyLimitChecks.memoryBytes),
  minPriority: changed(keyLimitChecks.minPriority),
  maxPriority: changed(keyLimitChecks.maxPriority),
});

const newKey = z.object({
  name: name.nullish(),
  tenant: z.string().nullish(),
  scopes: z.array(z.enum(Scope)).min(1, 'needs at least one scope').max(100),
  expiresAt: storableDate.nullish(),
  // A new key has the defaults already: null changes nothing.
  limits: limits
    .nullish()
    .transform((given) =>
      storedKeyLimits(Object.fromEntries(Object.entries(given ?? {}).filter(([, n]) => n != null))),
    ),
});

const keyChange = z.object({ name: name.nullish(), limits: limits.nullish() });

const overlap = z.object({ overlapSeconds: z.number().int().min(0).max(maxOverlapSeconds).nullish() });

export function parseNewKey(input: unknown): z.infer<typeof newKey> {
  return parse(newKey, input);
}

export function parseKeyChange(input: unknown): KeyChange {
  const { name, limits: given } = parse(keyChange, input);
  checkChanges([name, ...Object.values(given ?? {})]);
  return { name, limits: given ?? {} };
}

/**
 * Returns the UUID of a key. Refuses secrets with the id of their key, because people copy one instead of the other.
 * Any other text that is not an id is NOT_FOUND.
 */
export function parseKeyId(id: string): string {
  const uuid = decodeId('key', id);
  if (uuid !== null) return uuid;
  const key = keyOfSecret(id);
  if (key === null) throw new RequestError('NOT_FOUND');
  const message = `is the secret of a key, not its id: use ${key}`;
  throw new RequestError('BAD_USER_INPUT', { issues: [{ path: ['id'], code: 'INVALID_VALUE', message }] });
}

/** Returns the overlap in seconds; 0 by default. */
export function parseOverlap(overlapSeconds: unknown): number {
  return parse(overlap, { overlapSeconds }).overlapSeconds ?? 0;
}
