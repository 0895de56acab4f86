import type { Evidence, JobRow } from '../evidence.ts';
import { groupBy, uuidOf } from '../evidence.ts';
import type { Breach } from '../journal.ts';

const final = ['COMPLETED', 'FAILED', 'CANCELLED'];

/** An acknowledged job exists and is final, unless its client deleted it. */
export function acknowledgedJobsAreFinal({ journal, jobs }: Evidence): Breach[] {
  return [...journal.jobs.values()].flatMap((job): Breach[] => {
    const promise = 'an acknowledged job is never lost';
    const row = jobs.get(uuidOf(job.id));
    if (row === undefined) {
      const mayBeGone = job.deleted !== null && !journal.archivedInBulk.has(job.id);
      return mayBeGone ? [] : [{ promise, detail: `"${job.intent.name}" is gone`, about: job.id }];
    }
    if (job.deleted === 'answered')
      return [{ promise: 'a deleted job is gone', detail: 'it still exists', about: job.id }];
    return final.includes(row.status) ? [] : [{ promise, detail: `it is ${row.status}`, about: job.id }];
  });
}

/** Checks that no job is left running or pending. */
export function everyJobIsFinal({ jobs }: Evidence): Breach[] {
  return [...jobs.values()]
    .filter(({ status }) => !final.includes(status))
    .map(({ id, status }) => ({ promise: 'every job reaches a final state', detail: `it is ${status}`, about: id }));
}

/** One idempotency key creates one job; without a key, there are no more jobs than requests. */
export async function oneKeyOneJob({ world, journal, jobs }: Evidence): Promise<Breach[]> {
  const promise = 'one idempotency key, one job';
  const byName = groupBy(jobs.values(), ({ name }) => name);
  const keys = await world.query<{ tenant: string; key: string; job_id: string; expires_at: Date | null }>(
    'SELECT k.*, t.name AS tenant FROM idempotency_keys k JOIN tenants t ON t.id = k.tenant_id',
  );
  const byKey = new Map(keys.map((key) => [`${key.tenant}: ${key.key}`, key]));
  return journal.intents.flatMap((intent): Breach[] => {
    const rows = byName.get(intent.name)?.length ?? 0;
    const about = `"${intent.name}" (key ${intent.key}): ${rows} rows, answers ${[...intent.answers].join(' ') || 'none'}`;
    if (intent.key === null) return rows > intent.answers.size + intent.unknown ? [{ promise, detail: about }] : [];
    if (intent.answers.size > 1 || rows > 1) return [{ promise, detail: about }];
    const [answer] = intent.answers;
    if (answer === undefined) return [];
    const key = byKey.get(`${intent.tenant}: ${intent.key}`);
    if (key?.job_id !== uuidOf(answer)) return [{ promise, detail: `${about}; the key names ${key?.job_id}` }];
    if ((key.expires_at === null) !== jobs.has(key.job_id)) {
      return [{ promise, detail: `${about}; the key expires at ${key.expires_at?.toISOString() ?? 'no time'}` }];
    }
    return [];
  });
}

/** Checks that each document has the same outcome as in the reference run, which has no faults. */
export function jobsEndAsTheyShould(evidence: Evidence): Breach[] {
  const { journal, jobs, kindOf, references } = evidence;
  const retriedInBulk = new Set([...journal.retriedInBulk].map(uuidOf));
  return [...jobs.values()].flatMap((row): Breach[] => {
    const kind = kindOf(row);
    if (kind === undefined || row.status === 'CANCELLED') return [];
    const reference = references.get(kind.name)?.asSent;
    if (reference === undefined) return [];
    const expected = [reference.failureCode ?? 'COMPLETED', ...(kind.mayFail ?? [])];
    // retryJob sends the password again, so the job ends the same way; retryBatch and retryJobs have none to send.
    const hasLostPassword = row.run > 1 && (row.batch_id !== null || retriedInBulk.has(row.id));
    if (hasLostPassword && kind.options.password) expected.push('PDF_ENCRYPTED');
    const ended = row.failure_code ?? row.status;
    if (expected.includes(ended)) return [];
    if (row.status === 'FAILED' && row.retry_count === row.max_retries) return [];
    if (crashCodes.includes(ended) && wasMadeToCrash(evidence, row)) return [];
    return [
      {
        promise: 'a document ends as it does undisturbed',
        detail: `${ended} instead of ${expected.join(' or ')}`,
        about: row.id,
      },
    ];
  });
}

const crashCodes = ['PDF_CRASHES_EXTRACTOR', 'QUARANTINED'];

/** Whether an extractor of its worker was killed by SIGSEGV during an attempt, so that the document is blamed. */
function wasMadeToCrash({ attempts, observer, world }: Evidence, row: JobRow): boolean {
  return (attempts.get(row.id) ?? []).some(({ worker_id, started_at, finished_at }) => {
    const pid = worker_id === null ? undefined : observer.workerPids.get(worker_id);
    return world.crashes.some(
      ({ at, worker }) => worker === pid && at >= started_at.getTime() && at <= finished_at.getTime(),
    );
  });
}

/** A job stays cancelled after an acknowledged cancelJob, unless its client retries it. */
export function cancelledStaysCancelled({ journal, jobs }: Evidence): Breach[] {
  return [...journal.jobs.values()].flatMap((job): Breach[] => {
    const row = jobs.get(uuidOf(job.id));
    if (job.cancelled !== 'answered' || job.retried !== null || row === undefined || row.status === 'CANCELLED')
      return [];
    return [{ promise: 'a cancelled job stays cancelled', detail: `it is ${row.status}`, about: job.id }];
  });
}

/** The columns of a final row are consistent. */
export function rowsMakeSense({ jobs }: Evidence): Breach[] {
  return [...jobs.values()].flatMap((row): Breach[] => {
    const wrong: string[] = [];
    if ((row.percent === 100) !== (row.status === 'COMPLETED')) wrong.push(`${row.percent} % while ${row.status}`);
    if (row.retry_count > row.max_retries) wrong.push(`${row.retry_count} retries of ${row.max_retries}`);
    if ((row.failure_code !== null) !== (row.status === 'FAILED') && row.status !== 'CANCELLED') {
      wrong.push(`${row.status} with failure ${row.failure_code}`);
    }
    if (row.status === 'COMPLETED' && row.pages_done !== row.pages_total)
      wrong.push(`${row.pages_done} of ${row.pages_total} pages`);
    if (row.sealed_password !== null) wrong.push('a password although it is final');
    return wrong.map((detail) => ({ promise: 'a final row makes sense', detail, about: row.id }));
  });
}
