import { describeState } from '../batch-counts.ts';
import { type Evidence, groupBy, stateOf, uuidOf } from '../evidence.ts';
import type { Breach } from '../journal.ts';

/** Every watcher has seen the final state of its batch. Order and counts are checked as events arrive. */
export function everyBatchWatcherSawTheEnd({ journal, batches }: Evidence): Breach[] {
  const promise = 'no watcher misses the final state of a batch';
  return [...journal.batches.values()].flatMap(({ id, views }) =>
    views.flatMap(({ by, end, events }): Breach[] => {
      const row = batches.get(uuidOf(id));
      const last = events.at(-1);
      const seen = last === undefined ? 'nothing' : describeState(last.state);
      const is = row === undefined ? 'gone' : describeState(stateOf(row));
      if (end === 'final' && seen === is) return [];
      return [{ promise, detail: `${by} ended (${end}) at ${seen}, the row is ${is}`, about: id }];
    }),
  );
}

/** Watchers, queries, webhooks and the row show the same state at one revision. */
export function everyoneSeesTheSameState({ journal, batches, receiver }: Evidence): Breach[] {
  const promise = 'everyone sees the same state of a batch at one revision';
  const received = groupBy(receiver.received.values(), ({ about }) => about);
  return [...journal.batches.values()].flatMap(({ id, views, queried }): Breach[] => {
    const row = batches.get(uuidOf(id));
    const states = [
      ...views.flatMap(({ events }) => events.map(({ state }) => state)),
      ...queried,
      ...(received.get(id) ?? []).flatMap(({ state }) => state ?? []),
      ...(row === undefined ? [] : [stateOf(row)]),
    ];
    journal.count('states of batches seen', states.length);
    return [...groupBy(states, ({ revision }) => revision).values()].flatMap((same): Breach[] => {
      const texts = [...new Set(same.map(describeState))];
      return texts.length === 1 ? [] : [{ promise, detail: texts.join(' and '), about: id }];
    });
  });
}
