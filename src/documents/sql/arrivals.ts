import { arrivingBytes, storedBytes } from '../../tenants/sql/usage.ts';

/** Lifetime of a reservation that is not renewed, in seconds. */
const lifetimeSeconds = 30;

const expiry = `now() + interval '${lifetimeSeconds} seconds'`;

export interface Reserved {
  /** Bytes reserved now; null if nothing was reserved. */
  bytes: number | null;
  /** Whether another process or request is receiving the same document. */
  isTaken: boolean;
  /** Bytes of stored documents; 0 without a quota. */
  stored: number;
  /** Bytes that others have reserved; 0 without a quota. */
  arriving: number;
}

/**
 * Reserves bytes of a tenant's quota for a document, or changes the reservation. Deletes expired ones. The reservation
 * need not survive a crash of PostgreSQL, so the transaction does not wait for the disk.
 *
 * Parameters: $1 source, $2 tenant, $3 holder, $4 bytes needed at least, $5 bytes to reserve if the quota has them left,
 * $6 the quota or null, $7 whether another holder of the source prevents the reservation.
 * Returns: one row.
 * Locks: see `lockBytes`, which comes first in the same transaction; the source row, FOR KEY SHARE.
 * Called by: `Arrival`. May be repeated.
 */
export const reserveBytes = `
WITH expired AS (
    DELETE FROM arrivals a WHERE a.tenant_id = $2 AND a.holder <> $3 AND a.expires_at <= now()
), others AS (
    SELECT EXISTS (SELECT FROM arrivals a
                    WHERE a.source_id = $1 AND a.tenant_id = $2 AND a.holder <> $3 AND a.expires_at > now()) AS exist
), counted AS (
    SELECT CASE WHEN $6::bigint IS NULL THEN 0 ELSE ${storedBytes('$2')} END AS stored,
           CASE WHEN $6::bigint IS NULL THEN 0 ELSE ${arrivingBytes('$2', 'AND a.holder <> $3')} END AS arriving
), reserved AS (
    INSERT INTO arrivals AS a (source_id, tenant_id, holder, bytes, expires_at)
    SELECT $1::uuid, $2::uuid, $3::uuid, least($5::bigint, $6 - counted.stored - counted.arriving), ${expiry}
      FROM counted, others
     WHERE NOT ($7::bool AND others.exist) AND ($6 IS NULL OR counted.stored + counted.arriving + $4::bigint <= $6)
    ON CONFLICT (source_id, holder) DO UPDATE SET bytes = EXCLUDED.bytes, expires_at = EXCLUDED.expires_at
    RETURNING a.bytes
)
SELECT (SELECT bytes FROM reserved)::float8 AS bytes, others.exist AS "isTaken",
       counted.stored::float8 AS stored, counted.arriving::float8 AS arriving
  FROM counted, others, set_config('synchronous_commit', 'off', true)`;

/** Renews a reservation. Parameters: $1 source, $2 tenant, $3 holder. Called by: `Arrival`. */
export const renewReservation = `
UPDATE arrivals SET expires_at = ${expiry} WHERE source_id = $1 AND tenant_id = $2 AND holder = $3`;

/** Ends a reservation. Parameters: $1 source, $2 tenant, $3 holder. Called by: `Arrival`. May be repeated. */
export const endReservation = 'DELETE FROM arrivals WHERE source_id = $1 AND tenant_id = $2 AND holder = $3';
