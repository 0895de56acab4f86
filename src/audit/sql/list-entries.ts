/**
 * Lists entries by a filter, newest or oldest first.
 *
 * Each path reads an index in the order of the ids. It examines a window of entries that meet the condition of the
 * path, and compares these with the other conditions. So the cost of a statement has a bound, even if no entry meets
 * all conditions. If the window is full, `endOfWindow` returns where the next one begins.
 *
 * Parameters: $1 tenant, $2 key, $3 action, $4 target, $5 outcome; $6 and $7 bounds of the id, $8 and $9 of the time,
 * the lower time inclusive, all others exclusive; $10 size of the window; $11 maximum rows. Unused conditions are null.
 * Called by: `listEntries`. The statements lock nothing.
 */

/** The condition whose index a statement reads. */
export type EntryPath = 'target' | 'key' | 'failure' | 'action' | 'tenant' | 'all';
export type EntryOrder = 'DESC' | 'ASC';

/** Declares the type of each parameter, because not every statement uses all of them. Never executed. */
const given = `given AS (
    SELECT $1::uuid, $2::uuid, $3::text, $4::text, $5::text, $6::uuid, $7::uuid, $8::timestamptz, $9::timestamptz, $10::int, $11::int
)`;

const conditions: Record<EntryPath, string> = {
  target: 'AND target = $4',
  key: 'AND key_id = $2',
  // The index contains only failures, because nearly all outcomes are OK.
  failure: `AND outcome <> 'OK' AND outcome = $5`,
  action: 'AND action = $3',
  tenant: 'AND tenant_id = $1',
  all: '',
};

const windowOf = (path: EntryPath, order: EntryOrder) => `
    SELECT * FROM audit_log WHERE id > $6 AND id < $7 ${conditions[path]} ORDER BY id ${order} LIMIT $10`;

/** Returns the entries of a window that meet all conditions. */
export function entriesOf(path: EntryPath, order: EntryOrder): string {
  return `
WITH ${given}
SELECT id, at, tenant_id AS "tenantId", actor::text AS actor, key_id AS "keyId", address, action, target, outcome
  FROM (${windowOf(path, order)}) w
 WHERE ($1::uuid IS NULL OR tenant_id = $1) AND ($2::uuid IS NULL OR key_id = $2) AND ($3::text IS NULL OR action = $3)
   AND ($4::text IS NULL OR target = $4) AND ($5::text IS NULL OR outcome = $5) AND at >= $8 AND at < $9
 ORDER BY id ${order} LIMIT $11`;
}

/** Returns the id of the last entry of a full window; no row if the window is not full. */
export function endOfWindow(path: EntryPath, order: EntryOrder): string {
  return `
WITH ${given}
SELECT id FROM (${windowOf(path, order)}) w ORDER BY id ${order} OFFSET $10 - 1`;
}
