import type { Evidence } from '../evidence.ts';
import { uuidOf } from '../evidence.ts';
import type { Breach } from '../journal.ts';
import { describe } from '../watcher.ts';

/** Every watcher has seen the final state of its job. Order is checked as events arrive. */
export function everyWatcherSawTheEnd({ journal, jobs }: Evidence): Breach[] {
  const promise = 'no watcher misses the final state';
  return [...journal.jobs.values()].flatMap((job) =>
    job.views.flatMap((view): Breach[] => {
      const row = jobs.get(uuidOf(job.id));
      const last = view.events.at(-1);
      if (view.end === 'gone') {
        return row === undefined ? [] : [{ promise, detail: `${view.by} got NOT_FOUND`, about: job.id }];
      }
      const seen = last === undefined ? 'nothing' : describe(last);
      if (view.end === null) return [{ promise, detail: `${view.by} still waits after ${seen}`, about: job.id }];
      if (row === undefined || last === undefined) return [];
      if (last.status === row.status && last.revision === row.revision) return [];
      // Watchers that left at the end of the previous run are not recalled.
      if (job.retried !== null && last.revision < row.revision) return [];
      return [
        { promise, detail: `${view.by} ended at ${seen}, the row is ${row.revision} ${row.status}`, about: job.id },
      ];
    }),
  );
}
