/**
 * Records a worker's heartbeat, renews all its leases, and stores the coarse progress of its jobs.
 *
 * It does not wait for the disk. The database's clock decides.
 *
 * Parameters: $1 worker, $2 host, $3 process id, $4 version, $5 slots, $6 and $7 jobs completed and failed since it
 * started, $8 seconds that a lease holds; $9–$20 the jobs it holds, an array for each column: id, revision, number of
 * the progress update, stage, percentage, pages done, total pages, bytes done, total bytes, and the estimate with its
 * earliest and latest time; $21 the time of the stray check, or null; $22 the level of
 * the worker's sandbox, or null; $23 bytes of memory, or null; $24 pages read in the last minute.
 * Returns: one row with the time, the ids of the jobs that are still held, strays (jobs claimed before $21 that the
 * worker does not hold), and whether an operator drains the worker.
 * Locks: the worker row; the held job rows. Safe under concurrency by the fence.
 * Called by: `beat`.
 */
export const tick = `
WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true)),
worker AS (
    INSERT INTO workers (id, host, pid, version, concurrency, running, completed, failed, sandbox, memory_bytes, pages_per_minute)
    SELECT $1, $2, $3, $4, $5, cardinality($9::uuid[]), $6, $7, $22::text::"SandboxLevel", $23::bigint, $24::real FROM settings
    ON CONFLICT (id) DO UPDATE
       SET heartbeat_at = now(), running = EXCLUDED.running, completed = EXCLUDED.completed, failed = EXCLUDED.failed,
           sandbox = EXCLUDED.sandbox, memory_bytes = EXCLUDED.memory_bytes, pages_per_minute = EXCLUDED.pages_per_minute
    RETURNING draining_since IS NOT NULL AS is_draining
), renewed AS (
    UPDATE jobs j
       SET heartbeat_at = now(), lease_expires_at = now() + $8 * interval '1 second',
           stage = held.stage::"JobStage", percent = GREATEST(j.percent, held.percent), pages_done = held.pages_done,
           pages_total = held.pages_total, bytes_done = held.bytes_done, bytes_total = held.bytes_total,
           progress_seq = GREATEST(j.progress_seq, held.seq), eta = held.eta, eta_earliest = held.earliest, eta_latest = held.latest
      FROM unnest($9::uuid[], $10::int[], $11::int[], $12::text[], $13::int[], $14::int[], $15::int[], $16::bigint[], $17::bigint[],
                  $18::timestamptz[], $19::timestamptz[], $20::timestamptz[])
             AS held(id, revision, seq, stage, percent, pages_done, pages_total, bytes_done, bytes_total, eta, earliest, latest)
     WHERE j.id = held.id AND j.revision = held.revision AND j.worker_id = $1 AND j.status = 'RUNNING'
    RETURNING j.id
)
SELECT now() AS at, ARRAY(SELECT id FROM renewed) AS held, (SELECT is_draining FROM worker) AS "isDraining",
       (SELECT coalesce(jsonb_agg(jsonb_build_object('id', j.id, 'revision', j.revision, 'workerId', j.worker_id)), '[]')
          FROM jobs j
         WHERE j.status = 'RUNNING' AND j.worker_id = $1 AND j.started_at < $21 AND j.id <> ALL($9)) AS strays`;
