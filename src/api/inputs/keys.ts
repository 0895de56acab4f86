import { z } from 'zod';
import { Scope } from '../../connections/prisma/enums.ts';
import { maxOverlapSeconds } from '../../tenants/keys.ts';
import { parse, shortText, storableDate } from './values.ts';

const newKey = z.object({
  name: shortText(500).nullish(),
  tenant: z.string().nullish(),
  scopes: z.array(z.enum(Scope)).min(1, 'needs a scope at least').max(100),
  expiresAt: storableDate.nullish(),
});

const overlap = z.object({ overlapSeconds: z.number().int().min(0).max(maxOverlapSeconds).nullish() });

export function parseNewKey(input: unknown): z.infer<typeof newKey> {
  return parse(newKey, input);
}

/** The overlap in seconds; 0 by default. */
export function parseOverlap(overlapSeconds: unknown): number {
  return parse(overlap, { overlapSeconds }).overlapSeconds ?? 0;
}
