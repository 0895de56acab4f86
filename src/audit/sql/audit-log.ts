/**
 * Adds entries.
 *
 * Parameters: $1 entries as JSON (`AuditEntry`).
 * Called by: the recorder. Repeating it adds nothing twice.
 */
export const insertEntries = `
INSERT INTO audit_log (id, at, tenant_id, actor, key_id, address, action, target, outcome)
SELECT id, at, "tenantId", actor, "keyId", address, action, target, outcome
  FROM json_to_recordset($1::json) AS e(id uuid, at timestamptz, "tenantId" uuid, actor "AuditActor", "keyId" uuid, address text,
                                        action text, target text, outcome text)
ON CONFLICT (id) DO NOTHING`;

/**
 * Deletes expired entries.
 *
 * Parameters: $1 maximum number of rows, $2 days that entries are kept.
 * Returns: one row for each deleted entry.
 * Locks: the rows; skips locked ones.
 * Called by: the pruner, in any number of processes.
 */
export const deleteEntries = `
DELETE FROM audit_log a
 USING (SELECT id FROM audit_log WHERE at < now() - make_interval(days => $2)
         ORDER BY at LIMIT $1 FOR UPDATE SKIP LOCKED) old
 WHERE a.id = old.id
RETURNING 1 AS deleted`;
