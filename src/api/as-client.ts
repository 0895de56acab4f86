import type { Database } from '../connections/database.ts';
import { asTenant } from '../connections/postgres/tenant.ts';

/** Maximum concurrent statements of one client, by the kind of its work. Kinds do not wait for each other. */
const statementsAtOnce = {
  /** Queries of low cost, and the results of events. */
  light: 4,
  /** Heavy queries: see `isHeavy`. */
  heavy: 3,
  mutation: 6,
  /** Of all downloads of an address: it may take a hundred milliseconds to parse a page. */
  download: 1,
  /** Of all uploads of an address. */
  upload: 2,
};

export interface ClientWork {
  tenantId: string;
  /** Identifies the client where clients take turns, see `clientOf`; for signed URLs its address. */
  client: string;
  kind: keyof typeof statementsAtOnce;
  /** Cancels running statements and refuses further ones. */
  signal: AbortSignal;
}

/**
 * Runs `work` in the name of a tenant. Its statements take turns with those of other clients, and they leave at least
 * one connection of the pool to others, unless the pool has only one.
 */
export function asClient<T>(database: Database, { tenantId, client, kind, signal }: ClientWork, work: () => T): T {
  const atOnce = Math.min(statementsAtOnce[kind], Math.max(1, database.use.size - 1));
  return asTenant(tenantId, () => database.within({ owner: `${client} ${kind}`, atOnce, signal }, work));
}

/**
 * Runs a look-up of a signed URL, whose tenant is not known yet, in the pool that sees all tenants. The look-ups of an
 * address run one at a time, so that they do not delay those of others, nor the look-ups of API keys.
 */
export function asAddress<T>(
  { system }: { system: Database },
  { client, signal }: Pick<ClientWork, 'client' | 'signal'>,
  lookUp: () => T,
): T {
  return system.within({ owner: `${client} signed URLs`, atOnce: 1, signal }, lookUp);
}
