/**
 * Common table expression: records an attempt that has ended. `job` is the row after its transition; a failure consists
 * of SQL expressions over `job`.
 *
 * Part of: the statements that end an attempt.
 */
export const insertAttempt = (
  failure = { code: 'NULL', message: 'NULL', page: 'NULL::int', engine: 'NULL::"Engine"' },
) => `
    INSERT INTO job_attempts
           (job_id, tenant_id, number, run, worker_id, started_at, finished_at, failure_code, failure_message, failure_page, engine)
    SELECT id, tenant_id, attempt, run, worker_id, started_at, now(), ${failure.code}, ${failure.message}, ${failure.page}, ${failure.engine} FROM job`;
