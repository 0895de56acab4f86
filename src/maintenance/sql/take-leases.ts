import { markOf } from '../../fleet/sql/vitals.ts';

/**
 * Takes or renews leases of actors, and with them the marks that show which actors succeed. The health check reads the
 * marks.
 *
 * It does not wait for the disk.
 *
 * Parameters: $1 actors, $2 this process, $3 seconds that a lease holds, $4 actors that succeeded or have yet to begin,
 * $5 seconds within which each of them should succeed again.
 * Returns: one row with the names of the leases that this process holds, and the time.
 * Locks: the lease rows in the order of their names, because several processes may ask at once.
 * Called by: `startMaintenance`, once a second in every process.
 */
export const takeLeases = `
WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
taken AS (
    INSERT INTO leases AS l (name, holder, expires_at)
    SELECT name, $2, now() + $3 * interval '1 second' FROM settings, unnest($1::text[]) AS name ORDER BY name
    ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
     WHERE l.holder = EXCLUDED.holder OR l.expires_at < now()
    RETURNING name
), marked AS (
    INSERT INTO leases (name, holder, expires_at)
    SELECT ${markOf('taken.name')}, $2, now() + done.seconds * interval '1 second'
      FROM taken JOIN unnest($4::text[], $5::float8[]) AS done(name, seconds) USING (name) ORDER BY name
    ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at
)
SELECT ARRAY(SELECT name FROM taken) AS held, now() AS at`;
