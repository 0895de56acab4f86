import { encodeId } from '../../src/ids.ts';
import { wrongIn } from '../batch-counts.ts';
import { type Evidence, groupBy, stateOf, uuidOf } from '../evidence.ts';
import type { Breach } from '../journal.ts';
import type { Told } from '../receiver.ts';

/** The end of every job that was to be told has arrived: of one that is there, the very end that its row has. */
export function everyEndIsTold({ journal, jobs, receiver }: Evidence): Breach[] {
  const told = toldWell(receiver.told.values());
  const alone = [...journal.jobs.values()].filter(({ intent }) => intent.webhook).map(({ id }) => id);
  const batches = new Set(
    [...journal.batches.values()].filter(({ intent }) => intent.webhook === 'everything').map(({ id }) => uuidOf(id)),
  );
  const inBatches = [...jobs.values()].filter(({ batch_id }) => batch_id !== null && batches.has(batch_id));
  return [...alone, ...inBatches.map(({ id }) => encodeId('job', id))].flatMap((id): Breach[] => {
    const heard = told.get(id) ?? [];
    const row = jobs.get(uuidOf(id));
    const ends = heard.filter(
      ({ type, revision }) => row === undefined || (type === `JOB_${row.status}` && revision === row.revision),
    );
    return ends.length > 0 ? [] : [{ promise: 'every end is told', detail: describe(heard), about: id }];
  });
}

/** So has that of every batch; and the counts it tells add up. */
export function everyEndOfABatchIsTold({ journal, batches, receiver }: Evidence): Breach[] {
  const told = toldWell(receiver.told.values());
  return [...journal.batches.values()].flatMap(({ id, intent, retries }): Breach[] => {
    const row = batches.get(uuidOf(id));
    if (intent.webhook === 'nothing' || row === undefined) return [];
    const heard = told.get(id) ?? [];
    const wrong = heard.flatMap(({ type, state }): Breach[] => {
      const detail = state === null ? 'no counts' : wrongIn(state, intent.kinds.length);
      return detail === null ? [] : [{ promise: 'no count is wrong', detail: `${type} tells: ${detail}`, about: id }];
    });
    const ends = heard.filter(({ type }) => type.startsWith('BATCH_') && type !== 'BATCH_PROGRESS');
    if (retries.length === 0 && ends.length > 1) {
      wrong.push({ promise: 'a batch that is not retried ends once', detail: describe(ends), about: id });
    }
    const end = row.status === 'PARTIALLY_FAILED' ? 'BATCH_COMPLETED' : `BATCH_${row.status}`;
    if (ends.some(({ type, revision }) => type === end && revision === row.revision)) return wrong;
    const detail = `${describe(heard)}, the row is ${stateOf(row).revision} ${row.status}`;
    return [...wrong, { promise: 'every end is told', detail, about: id }];
  });
}

/** What a receiver has answered well, by what it is about. */
function toldWell(told: Iterable<Told>): Map<string, Told[]> {
  return groupBy(
    [...told].filter(({ answered }) => answered > 0),
    ({ about }) => about,
  );
}

function describe(heard: readonly Told[]): string {
  return `its receiver heard ${heard.map(({ type, revision }) => `${type} ${revision}`).join(', ') || 'nothing'}`;
}

/** An event has one id and one body, however often it was told, and each was signed. */
export function whatIsToldIsTrue({ journal, receiver }: Evidence): Breach[] {
  const promise = 'what is told is signed, and the same with every attempt';
  const told = [...receiver.told];
  journal.count('webhooks: events', told.length);
  for (const [, { type, requests }] of told) {
    journal.count('webhooks: requests', requests);
    if (type.startsWith('BATCH_')) journal.count('webhooks: events of batches');
  }
  const wrong = told.flatMap(([id, { about, bodies, genuine }]): Breach[] => {
    const details = [genuine ? [] : [`${id} had a wrong signature`], bodies.size === 1 ? [] : [`${id} changed`]].flat();
    return details.map((detail) => ({ promise, detail, about }));
  });
  const events = groupBy(told, ([, { about, type, revision }]) => `${about} ${type} ${revision}`);
  for (const [event, ids] of events) {
    const [[, first] = []] = ids;
    if (ids.length === 1 || first === undefined) continue;
    const detail = `${event} was told as ${ids.map(([id]) => id).join(' and ')}`;
    wrong.push({ promise, detail, about: first.about });
  }
  return wrong;
}
