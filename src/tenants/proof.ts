import type { KeyRow } from './sql/read-keys.ts';

/** What a caller shows to be admitted by a key: its secret, or a token that was made with it. */
export interface Proof {
  /** The UUID of the key. */
  keyId: string;
  /** Whether it is valid for the key as it is in the database now. */
  proves(row: KeyRow): boolean;
}
