/**
 * Renews the lease that proves that workers respond. It does not wait for the disk.
 *
 * Parameters: $1 worker, $2 seconds that the lease holds.
 * Called by: `answerCanaries`. The health check reads the lease.
 */
export const renewFleetLease = `
WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO leases (name, holder, expires_at) SELECT 'canary', $1, now() + $2 * interval '1 second' FROM settings
ON CONFLICT (name) DO UPDATE SET holder = EXCLUDED.holder, expires_at = EXCLUDED.expires_at`;
