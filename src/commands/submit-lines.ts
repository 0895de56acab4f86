import { describeEnd, describeError, describeProgress } from './submit-messages.ts';
import type { SubmitSource } from './submit-sources.ts';
import { createIdPrinter, type SubmitView, toStderr, toStdout } from './submit-view.ts';

/** Between two lines about one job that is in the same state still. */
const everyMs = 1_000;

/** Plain lines, where there is no terminal to draw bars on: logs, pipes, CI. */
export function createLinesView(sources: SubmitSource[]): SubmitView {
  const ids = createIdPrinter(sources, toStdout);
  const shown = new Map<SubmitSource, { revision: number; at: number }>();
  return {
    uploading: () => undefined,
    submitted: (source, { id }) => ids.settle(source, id),
    progress(source, event) {
      const last = shown.get(source);
      const now = performance.now();
      if (last !== undefined && last.revision === event.revision && now - last.at < everyMs) return;
      shown.set(source, { revision: event.revision, at: now });
      const { status, progressPercentage } = event;
      // The end has a line of its own.
      if (status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED') return;
      toStderr(`${source.label} ${progressPercentage}% ${describeProgress(event)}`);
    },
    finished(source, job, files) {
      toStderr(`${source.label} ${describeEnd(job)}`);
      if (files.length > 0) toStderr(`${source.label} written to ${files.join(' and ')}`);
    },
    refused(source, error) {
      ids.settle(source, null);
      toStderr(`${source.label}: ${describeError(error)}`);
    },
    note: toStderr,
    close: ids.close,
  };
}
