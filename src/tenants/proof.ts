import type { KeyRow } from './sql/read-keys.ts';

/** A caller's proof that it may use a key: the key's secret, or a token created with it. */
export interface Proof {
  /** The UUID of the key. */
  keyId: string;
  /** Whether the proof is valid for the key's current row in the database. */
  proves(row: KeyRow): boolean;
}
