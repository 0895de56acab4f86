import { queuedAt } from '../../job-row/queued-at.ts';
import { eligibleTenants } from './claimable.ts';
import { slotsOf } from './worker-state.ts';

/** Time in which a worker starts its first extractor, in seconds. */
const startSeconds = 30;

/** The name of the row beside an actor's lease that exists while the actor succeeds, as SQL. */
export const markOf = (name: string) => `${name} || ' succeeds'`;

/**
 * Reads the state of the installation at one moment. The cost of every part is bounded by slots, tenants or $2, not by
 * the number of jobs.
 *
 * Parameters: $1 seconds of silence after which a worker is dead, $2 maximum number of rows to count, $3 seconds that a
 * canary's lease holds.
 * Returns: one row.
 * Called by: `readVitals`. Locks nothing.
 */
export const vitals = `
WITH RECURSIVE ${eligibleTenants}, first AS (
    SELECT head.since FROM eligible t
     CROSS JOIN LATERAL (
        (SELECT ${queuedAt('j')} AS since FROM jobs j
          WHERE j.status = 'PENDING' AND j.due_at IS NULL AND j.tenant_id = t.tenant_id
          ORDER BY j.claim_order, j.id LIMIT 1)
        UNION ALL
        (SELECT j.due_at FROM jobs j
          WHERE j.status IN ('PENDING', 'RETRYING') AND j.due_at <= now() AND j.tenant_id = t.tenant_id
          ORDER BY j.due_at, j.id LIMIT 1)) head
), claimable AS (
    SELECT 1 FROM eligible t
     CROSS JOIN LATERAL (
        (SELECT 1 FROM jobs j WHERE j.status = 'PENDING' AND j.due_at IS NULL AND j.tenant_id = t.tenant_id LIMIT $2)
        UNION ALL
        (SELECT 1 FROM jobs j
          WHERE j.status IN ('PENDING', 'RETRYING') AND j.due_at <= now() AND j.tenant_id = t.tenant_id LIMIT $2)) rows
     LIMIT $2
), fleet AS (
    SELECT count(*)::int AS workers, coalesce(sum(${slotsOf('w')}), 0)::int AS slots, min(started_at) AS since,
           count(*) FILTER (WHERE draining_since IS NOT NULL)::int AS draining
      FROM workers w WHERE heartbeat_at > now() - $1 * interval '1 second'
), running AS (
    SELECT count(*)::int AS running, max(started_at) AS since FROM jobs WHERE status = 'RUNNING'
)
SELECT fleet.workers, fleet.draining AS "drainingWorkers", fleet.slots, running.running,
       (SELECT extract(epoch FROM now() - queue_paused_at)::float8 FROM installation) AS "pausedSeconds",
       extract(epoch FROM now() - fleet.since)::float8 AS "fleetSeconds",
       (SELECT least(count(*), $2)::int FROM claimable) AS "claimable",
       (SELECT extract(epoch FROM now() - min(since))::float8 FROM first) AS "firstWaitingSeconds",
       extract(epoch FROM now() - running.since)::float8 AS "lastStartSeconds",
       (SELECT $3 - extract(epoch FROM expires_at - now())::float8 FROM leases WHERE name = 'canary') AS "canarySeconds",
       EXISTS (SELECT FROM leases WHERE name = 'sweeper' AND expires_at > now()) AS "maintained",
       ARRAY(SELECT w.sandbox::text FROM workers w
              WHERE w.heartbeat_at > now() - $1 * interval '1 second' AND w.sandbox IS NOT NULL
              ORDER BY w.sandbox) AS sandboxes,
       (SELECT count(*)::int FROM workers w
         WHERE w.heartbeat_at > now() - $1 * interval '1 second' AND w.sandbox IS NULL
           AND w.started_at < now() - interval '${startSeconds} seconds') AS "withoutExtractor",
       ARRAY(
         -- The actor is led by a process but has not succeeded for too long, or it succeeded before and has had no
         -- leader for some time.
         SELECT l.name FROM leases l LEFT JOIN leases mark ON mark.name = ${markOf('l.name')}
          WHERE l.name <> 'canary' AND l.name NOT LIKE ${markOf("'%'")}
            AND CASE WHEN l.expires_at > now() THEN mark.expires_at > now() IS NOT TRUE
                     ELSE mark.expires_at BETWEEN now() - interval '1 hour' AND now() END
          ORDER BY l.name) AS "failingActors"
  FROM fleet, running`;
