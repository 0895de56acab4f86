import { encodeId } from '../../src/ids.ts';
import { wrongIn } from '../batch-counts.ts';
import { type Evidence, groupBy, stateOf, uuidOf } from '../evidence.ts';
import type { Breach } from '../journal.ts';
import type { ReceivedEvent } from '../receiver.ts';

/** The end of every job with a webhook was delivered; if the job still exists, exactly the end of its row. */
export function everyJobEndIsDelivered({ journal, jobs, receiver }: Evidence): Breach[] {
  const received = acknowledgedEvents(receiver.received.values());
  const alone = [...journal.jobs.values()].filter(({ intent }) => intent.webhook).map(({ id }) => id);
  const batches = new Set(
    [...journal.batches.values()].filter(({ intent }) => intent.webhook === 'everything').map(({ id }) => uuidOf(id)),
  );
  const inBatches = [...jobs.values()].filter(({ batch_id }) => batch_id !== null && batches.has(batch_id));
  return [...alone, ...inBatches.map(({ id }) => encodeId('job', id))].flatMap((id): Breach[] => {
    const delivered = received.get(id) ?? [];
    const row = jobs.get(uuidOf(id));
    const ends = delivered.filter(
      ({ type, revision }) => row === undefined || (type === `JOB_${row.status}` && revision === row.revision),
    );
    return ends.length > 0 ? [] : [{ promise: 'every end is delivered', detail: describe(delivered), about: id }];
  });
}

/** The end of every batch with a webhook was delivered, and its counts add up. */
export function everyBatchEndIsDelivered({ journal, batches, receiver }: Evidence): Breach[] {
  const received = acknowledgedEvents(receiver.received.values());
  return [...journal.batches.values()].flatMap(({ id, intent, retries }): Breach[] => {
    const row = batches.get(uuidOf(id));
    if (intent.webhook === 'nothing' || row === undefined) return [];
    const delivered = received.get(id) ?? [];
    const wrong = delivered.flatMap(({ type, state }): Breach[] => {
      const detail = state === null ? 'no counts' : wrongIn(state, intent.kinds.length);
      return detail === null ? [] : [{ promise: 'no count is wrong', detail: `${type}: ${detail}`, about: id }];
    });
    const ends = delivered.filter(({ type }) => type.startsWith('BATCH_') && type !== 'BATCH_PROGRESS');
    if (retries.length === 0 && ends.length > 1) {
      wrong.push({ promise: 'a batch that is not retried ends once', detail: describe(ends), about: id });
    }
    const end = row.status === 'PARTIALLY_FAILED' ? 'BATCH_COMPLETED' : `BATCH_${row.status}`;
    if (ends.some(({ type, revision }) => type === end && revision === row.revision)) return wrong;
    const detail = `${describe(delivered)}, the row is ${stateOf(row).revision} ${row.status}`;
    return [...wrong, { promise: 'every end is delivered', detail, about: id }];
  });
}

/** Events that the receiver has acknowledged, grouped by their subject. */
function acknowledgedEvents(received: Iterable<ReceivedEvent>): Map<string, ReceivedEvent[]> {
  return groupBy(
    [...received].filter(({ answered }) => answered > 0),
    ({ about }) => about,
  );
}

function describe(delivered: readonly ReceivedEvent[]): string {
  return `its receiver got ${delivered.map(({ type, revision }) => `${type} ${revision}`).join(', ') || 'nothing'}`;
}

/** Every event has one id and one body in all attempts, and valid signatures. */
export function webhooksAreGenuine({ journal, receiver }: Evidence): Breach[] {
  const promise = 'webhooks are signed, and identical in every attempt';
  const received = [...receiver.received];
  journal.count('webhooks: events', received.length);
  for (const [, { type, requests }] of received) {
    journal.count('webhooks: requests', requests);
    if (type.startsWith('BATCH_')) journal.count('webhooks: events of batches');
  }
  const wrong = received.flatMap(([id, { about, bodies, genuine }]): Breach[] => {
    const details = [genuine ? [] : [`${id} had a wrong signature`], bodies.size === 1 ? [] : [`${id} changed`]].flat();
    return details.map((detail) => ({ promise, detail, about }));
  });
  const events = groupBy(received, ([, { about, type, revision }]) => `${about} ${type} ${revision}`);
  for (const [event, ids] of events) {
    const [[, first] = []] = ids;
    if (ids.length === 1 || first === undefined) continue;
    const detail = `${event} was delivered as ${ids.map(([id]) => id).join(' and ')}`;
    wrong.push({ promise, detail, about: first.about });
  }
  return wrong;
}
