import type { Allowance } from '../tenants/limits.ts';
import type { Scope } from '../tenants/scopes.ts';
import type { Watch } from '../tenants/watch-token.ts';

/** The identity and rights of a request or connection. */
export interface Caller {
  tenantId: string;
  /** Where the request came from. */
  address: string;
  scopes: ReadonlySet<Scope>;
  /** The key; null where no key is required. */
  key: { id: string; generation: string } | null;
  /** The limits that apply to the caller now. */
  readonly allowance: Allowance;
  /** The only access of a caller with a watch token; null for a caller with a key. */
  watch: Watch | null;
}

/**
 * Identifies who holds the memory of a large response: the tenant, whatever the number of its keys, or the address if no
 * key is required.
 */
export function holderOf({ key, tenantId, address }: Caller): string {
  return key === null ? address : tenantId;
}

/** Identifies a client for the purpose of taking turns: by its key, or by its address if no key is required. */
export function clientOf({ key, address }: Caller): string {
  return key?.id ?? address;
}
