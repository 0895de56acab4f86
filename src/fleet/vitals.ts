import type { Database } from '../connections/database.ts';
import { jobStatuses } from '../job-row/job.ts';
import { canaryDeadSeconds, countedUpTo, type Vitals } from '../ops/vitals.ts';
import { eligibleTenants } from './sql/claimable.ts';
import { workerSilenceSeconds } from './workers.ts';

/** The name of the row beside an actor's lease that holds for as long as the actor succeeds, as SQL. */
export const markOf = (name: string) => `${name} || ' succeeds'`;

/**
 * One statement, one moment; every part of it is bounded by slots, tenants or $2, whatever the number of jobs.
 * $1 seconds of silence after which a worker is dead, $2 how many rows are counted, $3 seconds that a canary's lease holds
 */
const vitals = `
WITH RECURSIVE ${eligibleTenants}, first AS (
    SELECT head.since FROM eligible t
     CROSS JOIN LATERAL (
        (SELECT j.created_at AS since FROM jobs j
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
    SELECT count(*)::int AS workers, coalesce(sum(concurrency), 0)::int AS slots, min(started_at) AS since
      FROM workers WHERE heartbeat_at > now() - $1 * interval '1 second'
), running AS (
    SELECT count(*)::int AS running, max(started_at) AS since FROM jobs WHERE status = 'RUNNING'
)
SELECT fleet.workers, fleet.slots, running.running,
       extract(epoch FROM now() - fleet.since)::float8 AS "fleetSeconds",
       (SELECT least(count(*), $2)::int FROM claimable) AS "claimable",
       (SELECT extract(epoch FROM now() - min(since))::float8 FROM first) AS "firstWaitingSeconds",
       extract(epoch FROM now() - running.since)::float8 AS "lastStartSeconds",
       (SELECT $3 - extract(epoch FROM expires_at - now())::float8 FROM leases WHERE name = 'canary') AS "canarySeconds",
       EXISTS (SELECT FROM leases WHERE name = 'sweeper' AND expires_at > now()) AS "maintained",
       ARRAY(
         -- Led by a process, and not done for too long; or done before, and led by none for some time.
         SELECT l.name FROM leases l LEFT JOIN leases mark ON mark.name = ${markOf('l.name')}
          WHERE l.name <> 'canary' AND l.name NOT LIKE ${markOf("'%'")}
            AND CASE WHEN l.expires_at > now() THEN mark.expires_at > now() IS NOT TRUE
                     ELSE mark.expires_at BETWEEN now() - interval '1 hour' AND now() END
          ORDER BY l.name) AS "failingActors"
  FROM fleet, running`;

/** How the whole is doing. */
export async function readVitals(context: { database: Database }): Promise<Vitals> {
  const [row] = await context.database.query<Vitals & Record<string, unknown>>(vitals, [
    workerSilenceSeconds,
    countedUpTo,
    canaryDeadSeconds,
  ]);
  if (row === undefined) throw new Error('the vitals have no row');
  return row;
}

/** Beyond this many rows finished jobs are estimated from a sample of as many. */
const sampled = 50_000;
/** More unfinished jobs than this are not counted. */
const unfinishedAtMost = 100_000;

/** $1 the share of the table to look at, in percent; $2 how many unfinished jobs are counted at most */
const byStatus = `
SELECT 'PENDING' AS status, count(*)::float8 AS n
  FROM (SELECT 1 FROM jobs WHERE status = 'PENDING' AND due_at IS NULL LIMIT $2) waiting
UNION ALL
SELECT status::text, count(*)::float8
  FROM (SELECT status FROM jobs WHERE due_at IS NOT NULL AND status IN ('PENDING', 'RETRYING') LIMIT $2) due GROUP BY status
UNION ALL
SELECT 'RUNNING', count(*)::float8 FROM jobs WHERE status = 'RUNNING'
UNION ALL
SELECT status::text, round(count(*) * 100 / $1::float8)
  FROM jobs TABLESAMPLE SYSTEM ($1::float8) WHERE status IN ('COMPLETED', 'FAILED', 'CANCELLED') GROUP BY status`;

/** Jobs by status, all six of them, at a bounded cost. */
export async function countByStatus(context: { database: Database }): Promise<Map<string, number>> {
  const [table] = await context.database.query<{ rows: number }>(
    `SELECT reltuples::float8 AS rows FROM pg_class WHERE oid = 'jobs'::regclass`,
    [],
  );
  const percent = Math.min(100, (100 * sampled) / Math.max(1, table?.rows ?? 1));
  const counted = await context.database.query<{ status: string; n: number }>(byStatus, [percent, unfinishedAtMost]);
  const jobs = new Map<string, number>(jobStatuses.map((status) => [status, 0]));
  for (const { status, n } of counted) jobs.set(status, (jobs.get(status) ?? 0) + n);
  return jobs;
}
