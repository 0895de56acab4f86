import type { Scope } from '../tenants/scopes.ts';
import type { Watch } from '../tenants/watch-token.ts';

/** In whose name a request or a connection works. */
export interface Caller {
  tenantId: string;
  scopes: ReadonlySet<Scope>;
  /** The key; null where no key is required. */
  key: { id: string; generation: string } | null;
  /** What a watch token allows, and no more; null for a caller with a key. */
  watch: Watch | null;
}

/** Identifies a client where clients take turns: by its key, or by its address if no key is required. */
export function clientOf({ key }: Caller, address: string): string {
  return key?.id ?? address;
}
