import { type Evidence, groupBy, uuidOf } from '../evidence.ts';
import type { Breach } from '../journal.ts';

/** The end of every job that was to be told has arrived: of one that is there, the very end that its row has. */
export function everyEndIsTold({ journal, jobs, receiver }: Evidence): Breach[] {
  const byJob = groupBy(receiver.told.values(), ({ job }) => job);
  return [...journal.jobs.values()]
    .filter(({ intent }) => intent.webhook)
    .flatMap((job): Breach[] => {
      const told = (byJob.get(job.id) ?? []).filter(({ answered }) => answered > 0);
      const row = jobs.get(uuidOf(job.id));
      const ends = told.filter(
        ({ type, revision }) => row === undefined || (type === `JOB_${row.status}` && revision === row.revision),
      );
      if (ends.length > 0) return [];
      const heard = told.map(({ type, revision }) => `${type} ${revision}`).join(', ') || 'nothing';
      return [{ promise: 'every end is told', detail: `its receiver heard ${heard}`, jobId: uuidOf(job.id) }];
    });
}

/** An event has one id and one body, however often it was told, and each was signed. */
export function whatIsToldIsTrue({ journal, receiver }: Evidence): Breach[] {
  const promise = 'what is told is signed, and the same with every attempt';
  const told = [...receiver.told];
  journal.count('webhooks: events', told.length);
  for (const [, { requests }] of told) journal.count('webhooks: requests', requests);
  const wrong = told.flatMap(([id, { job, bodies, genuine }]): Breach[] => {
    const details = [genuine ? [] : [`${id} had a wrong signature`], bodies.size === 1 ? [] : [`${id} changed`]].flat();
    return details.map((detail) => ({ promise, detail, jobId: uuidOf(job) }));
  });
  const events = groupBy(told, ([, { job, type, revision }]) => `${job} ${type} ${revision}`);
  for (const [event, ids] of events) {
    const [[, first] = []] = ids;
    if (ids.length === 1 || first === undefined) continue;
    const detail = `${event} was told as ${ids.map(([id]) => id).join(' and ')}`;
    wrong.push({ promise, detail, jobId: uuidOf(first.job) });
  }
  return wrong;
}
