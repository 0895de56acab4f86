import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import type { ProgressFragment } from '../client/generated/graphql.ts';
import { describeEnd, describeError, describeProgress, describeUpload } from './submit-messages.ts';
import type { SubmitSource } from './submit-sources.ts';
import { createIdPrinter, type SubmitView, toStderr, toStdout } from './submit-view.ts';

const nameWidth = 28;

/** A bar for each document, on a terminal. What has to be read calmly follows once the bars stand still. */
export function createBarsView(sources: SubmitSource[]): SubmitView {
  const bars = new MultiBar(
    {
      format: '{name} {bar} {percentage}% {detail}',
      stream: process.stderr,
      barsize: 24,
      hideCursor: true,
      linewrap: false,
      autopadding: true,
      gracefulExit: false,
    },
    Presets.shades_classic,
  );
  const bySource = new Map<SubmitSource, SingleBar>(
    sources.map((source) => [source, bars.create(100, 0, { name: fitted(source.label), detail: '' })]),
  );
  const afterwards: (() => void)[] = [];
  const ids = createIdPrinter(sources, (id) => afterwards.push(() => toStdout(id)));
  function show(source: SubmitSource, detail: string, percentage?: number): void {
    const bar = bySource.get(source);
    if (percentage === undefined) bar?.update({ detail });
    else bar?.update(percentage, { detail });
  }
  return {
    uploading: (source, bytesSent, bytesTotal) => show(source, describeUpload(bytesSent, bytesTotal)),
    submitted: (source, { id }) => ids.settle(source, id),
    progress: (source, event: ProgressFragment) => show(source, describeProgress(event), event.progressPercentage),
    finished(source, job, files) {
      const end = describeEnd(job);
      show(source, job.failure === null ? end : `${job.status} ${job.failure.code}`);
      if (job.status !== 'COMPLETED') afterwards.push(() => toStderr(`${source.label} ${end}`));
      if (files.length > 0) afterwards.push(() => toStderr(`${source.label} written to ${files.join(' and ')}`));
    },
    refused(source, error) {
      ids.settle(source, null);
      show(source, 'not processed');
      afterwards.push(() => toStderr(`${source.label}: ${describeError(error)}`));
    },
    note: (line) => afterwards.push(() => toStderr(line)),
    close() {
      ids.close();
      bars.stop();
      for (const print of afterwards.splice(0)) print();
    },
  };
}

/** The name in as many columns as every other one. */
function fitted(label: string): string {
  const characters = [...label];
  if (characters.length <= nameWidth) return label.padEnd(nameWidth);
  return `${characters.slice(0, nameWidth - 1).join('')}…`;
}
