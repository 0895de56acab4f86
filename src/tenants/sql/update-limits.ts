/** The limits of a row with changes: null removes a limit, so that its default applies. */
const changed = (changes: string) => `jsonb_strip_nulls(limits || ${changes}::jsonb)`;

/**
 * Changes the name and limits of a key, unless its lowest priority would exceed its highest.
 *
 * Parameters: $1 key, $2 whether the name changes, $3 the name, $4 changes of the limits as JSON.
 * Returns: the key; no row if it does not exist, or its priorities would exclude each other.
 * Locks: the key row. After waiting for another update, PostgreSQL applies the condition to the row that this one left.
 * Called by: `updateKey`.
 */
export const updateKeyRow = `
UPDATE api_keys SET name = CASE WHEN $2::bool THEN $3::text ELSE name END, limits = ${changed('$4')}
 WHERE id = $1
   AND coalesce((${changed('$4')} ->> 'minPriority')::int, 0) <= coalesce((${changed('$4')} ->> 'maxPriority')::int, 9)
RETURNING id, tenant_id AS "tenantId"`;

/**
 * Changes the name and limits of a tenant.
 *
 * Parameters: $1 tenant, $2 the name or null to keep it, $3 changes of the limits as JSON, $4 whether the number of
 * running jobs changes, $5 that number, null for no limit.
 * Returns: one row; no row if the tenant does not exist.
 * Locks: the tenant row.
 * Called by: `updateTenant`.
 */
export const updateTenantRow = `
UPDATE tenants
   SET name = coalesce($2::text, name), limits = ${changed('$3')},
       max_running = CASE WHEN $4::bool THEN $5::int ELSE max_running END
 WHERE id = $1
RETURNING id`;
