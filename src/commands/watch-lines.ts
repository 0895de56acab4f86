import { describeEnd, describeError, describeProgress } from './watch-messages.ts';
import { createIdPrinter, type Item, type JobView, toStderr, toStdout } from './watch-view.ts';

/** Between two lines about one job that is in the same state still. */
const everyMs = 1_000;

/** Plain lines, where there is no terminal to draw bars on: logs, pipes, CI. */
export function createLinesView(items: Item[]): JobView {
  const ids = createIdPrinter(items, toStdout);
  const shown = new Map<Item, { revision: number; at: number }>();
  return {
    uploading: () => undefined,
    submitted: (item, { id }) => ids.settle(item, id),
    progress(item, event) {
      const last = shown.get(item);
      const now = performance.now();
      if (last !== undefined && last.revision === event.revision && now - last.at < everyMs) return;
      shown.set(item, { revision: event.revision, at: now });
      const { status, progressPercentage } = event;
      // The end has a line of its own.
      if (status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED') return;
      toStderr(`${item.label} ${progressPercentage}% ${describeProgress(event)}`);
    },
    finished(item, job, files) {
      toStderr(`${item.label} ${describeEnd(job)}`);
      if (files.length > 0) toStderr(`${item.label} written to ${files.join(' and ')}`);
    },
    refused(item, error) {
      ids.settle(item, null);
      toStderr(`${item.label}: ${describeError(error)}`);
    },
    note: toStderr,
    close: ids.close,
  };
}
