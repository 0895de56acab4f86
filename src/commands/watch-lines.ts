import { isFinalBatch } from '../client/batch-progress.ts';
import { isFinal } from '../client/job-progress.ts';
import { describeEnd, describeError, describeFailed, describeFiles, describeProgress } from './watch-messages.ts';
import { createIdPrinter, type Item, type JobView, toStderr, toStdout } from './watch-view.ts';

/** Minimum time between two lines about a job whose state does not change. */
const everyMs = 1_000;

/** Plain lines, for logs, pipes and CI. */
export function createLinesView(items: Item[]): JobView {
  const ids = createIdPrinter(items, toStdout);
  const shown = new Map<Item, { revision: number; at: number }>();
  return {
    uploading: () => undefined,
    submitted: (item, { id }) => ids.settle(item, id),
    progress(item, event) {
      const last = shown.get(item);
      const now = performance.now();
      // The revision of a batch changes with its counts, many times a second.
      const sameState = last !== undefined && ('batchId' in event || last.revision === event.revision);
      if (sameState && now - last.at < everyMs) return;
      shown.set(item, { revision: event.revision, at: now });
      // The end has its own line.
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
