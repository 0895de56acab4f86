import type { AuditActor } from '../connections/prisma/enums.ts';
import { newUuid } from '../ids.ts';

export type { AuditActor };

/** An entry of the audit log. */
export interface AuditEntry {
  id: string;
  at: Date;
  /** The tenant of the actor. */
  tenantId: string;
  actor: AuditActor;
  /** The key of the actor, or the one that created its watch token; null where no key was required. */
  keyId: string | null;
  /** The client's address, or user@host of the command line. */
  address: string;
  /** The mutation, or the command such as `keys create`. */
  action: string;
  /** The public id of the object, or the name of what a command changed. Null for changes without an object. */
  target: string | null;
  /** `OK`, or the code of the error. */
  outcome: string;
}

/** Returns an entry for an action that ended now. */
export function newEntry(given: Omit<AuditEntry, 'id' | 'at'>): AuditEntry {
  return { ...given, id: newUuid(), at: new Date() };
}
