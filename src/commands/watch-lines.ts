import { isFinalBatch } from '../client/batch-progress.ts';
import { isFinal } from '../client/job-progress.ts';
import { describeEnd, describeError, describeFailed, describeFiles, describeProgress } from './watch-messages.ts';
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
      // The revision of a batch rises with its counts, many times a second.
      const sameState = last !== undefined && ('batchId' in event || last.revision === event.revision);
      if (sameState && now - last.at < everyMs) return;
      shown.set(item, { revision: event.revision, at: now });
      // The end has a line of its own.
      if ('batchId' in event ? isFinalBatch(event) : isFinal(event)) return;
      toStderr(`${item.label} ${event.progressPercentage}% ${describeProgress(event)}`);
    },
    failed: (item, job) => toStderr(`${item.label}: ${describeFailed(job)}`),
    finished(item, ended, files) {
      toStderr(`${item.label} ${describeEnd(ended)}`);
      if (files.length > 0) toStderr(`${item.label} written to ${describeFiles(files)}`);
    },
    refused(item, error) {
      ids.settle(item, null);
      toStderr(`${item.label}: ${describeError(error)}`);
    },
    note: toStderr,
    close: ids.close,
  };
}
