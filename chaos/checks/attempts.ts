import type { Evidence, JobRow } from '../evidence.ts';
import type { Breach } from '../journal.ts';

/** Attempts are numbered without gaps, and each has its row. */
export function historyIsGapless({ jobs, attempts }: Evidence): Breach[] {
  return [...jobs.values()].flatMap((row): Breach[] => {
    const numbers = (attempts.get(row.id) ?? []).map(({ number }) => number);
    const expected = Array.from({ length: row.attempt }, (_, index) => index + 1);
    if (numbers.join() === expected.join()) return [];
    return [
      { promise: 'the history is complete', detail: `attempt ${row.attempt}, rows ${numbers.join()}`, about: row.id },
    ];
  });
}

/**
 * A job is completed once. An earlier attempt without a failure was given back: by a draining worker, because a crash
 * of PostgreSQL lost pages, or because the response to its claim was lost. Or it was cancelled before a client retried
 * the job.
 */
export function completedOnce(evidence: Evidence): Breach[] {
  return [...evidence.jobs.values()].flatMap((row) => [...early(evidence, row), ...last(evidence, row)]);
}

function early({ attempts, observer, world }: Evidence, row: JobRow): Breach[] {
  const lostClaims = world.lostReplies.flatMap(({ statement, at }) =>
    statement === 'claim' && at !== null ? [at] : [],
  );
  const faultTimes = [...world.databaseTroubles, ...lostClaims];
  const drained = new Set([...world.services.values()].flatMap((service) => [...service.drained]));
  return (attempts.get(row.id) ?? []).slice(0, -1).flatMap((attempt): Breach[] => {
    if (attempt.failure_code !== null || row.run > 1) return [];
    const pid = attempt.worker_id === null ? undefined : observer.workerPids.get(attempt.worker_id);
    const [begin, end] = [attempt.started_at.getTime(), attempt.finished_at.getTime()];
    const overlapsFault = faultTimes.some((at) => at > begin - 1_000 && at < end);
    if (pid === undefined || drained.has(pid) || overlapsFault) return [];
    const detail = `attempt ${attempt.number} of ${row.attempt} ended without a failure, without a reason to give it back`;
    return [{ promise: 'a job is completed once', detail, about: row.id }];
  });
}

function last({ attempts }: Evidence, row: JobRow): Breach[] {
  const attempt = attempts.get(row.id)?.at(-1);
  const promise = 'the last attempt matches the end';
  if (row.status === 'COMPLETED' && (attempt === undefined || attempt.failure_code !== null)) {
    return [{ promise, detail: `COMPLETED, but ${attempt?.failure_code ?? 'no attempt'}`, about: row.id }];
  }
  if (row.status === 'FAILED' && attempt?.failure_code !== row.failure_code) {
    return [{ promise, detail: `FAILED by ${row.failure_code}, but ${attempt?.failure_code}`, about: row.id }];
  }
  return [];
}

/** All watchers of a job saw the same end at one revision. */
export function watchersAgree({ journal }: Evidence): Breach[] {
  return [...journal.jobs.values()].flatMap((job): Breach[] => {
    const ends = new Map<number, string>();
    const breaches: Breach[] = [];
    for (const { revision, status } of job.views.flatMap(({ events }) => events)) {
      if (status !== 'COMPLETED' && status !== 'FAILED' && status !== 'CANCELLED') continue;
      const other = ends.get(revision);
      ends.set(revision, status);
      if (other !== undefined && other !== status) {
        breaches.push({
          promise: 'a run ends once',
          detail: `revision ${revision} is ${other} and ${status}`,
          about: job.id,
        });
      }
    }
    const completions = [...ends].filter(([, status]) => status === 'COMPLETED');
    if (completions.length > 1) {
      const detail = `completed at the revisions ${completions.map(([revision]) => revision).join()}`;
      breaches.push({ promise: 'a job is completed once', detail, about: job.id });
    }
    return breaches;
  });
}
