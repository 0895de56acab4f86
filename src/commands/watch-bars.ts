import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import {
  describeEnd,
  describeError,
  describeFailed,
  describeFiles,
  describeProgress,
  describeUpload,
} from './watch-messages.ts';
import { createIdPrinter, type Item, type JobView, toStderr, toStdout } from './watch-view.ts';

/** Enough for an id, in characters. */
const nameWidth = 30;

/** One progress bar per item, for a terminal. Longer messages follow once the bars have stopped. */
export function createBarsView(items: Item[]): JobView {
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
  const byItem = new Map<Item, SingleBar>(
    items.map((item) => [item, bars.create(100, 0, { name: fitted(item.label), detail: '' })]),
  );
  const afterwards: (() => void)[] = [];
  const ids = createIdPrinter(items, (id) => afterwards.push(() => toStdout(id)));
  function show(item: Item, detail: string, percentage?: number): void {
    const bar = byItem.get(item);
    if (percentage === undefined) bar?.update({ detail });
    else bar?.update(percentage, { detail });
  }
  return {
    uploading: (item, bytesSent, bytesTotal) => show(item, describeUpload(bytesSent, bytesTotal)),
    submitted: (item, { id }) => ids.settle(item, id),
    progress: (item, event) => show(item, describeProgress(event), event.progressPercentage),
    failed: (item, job) => afterwards.push(() => toStderr(`${item.label}: ${describeFailed(job)}`)),
    finished(item, ended, files) {
      const end = describeEnd(ended);
      show(item, 'failure' in ended && ended.failure !== null ? `${ended.status} ${ended.failure.code}` : end);
      if (ended.status !== 'COMPLETED') afterwards.push(() => toStderr(`${item.label} ${end}`));
      if (files.length > 0) afterwards.push(() => toStderr(`${item.label} written to ${describeFiles(files)}`));
    },
    refused(item, error) {
      ids.settle(item, null);
      show(item, 'not processed');
      afterwards.push(() => toStderr(`${item.label}: ${describeError(error)}`));
    },
    note: (line) => afterwards.push(() => toStderr(line)),
    close() {
      ids.close();
      bars.stop();
      for (const print of afterwards.splice(0)) print();
    },
  };
}

/** Pads or shortens a name to the width of the column. */
function fitted(label: string): string {
  const characters = [...label];
  if (characters.length <= nameWidth) return label.padEnd(nameWidth);
  return `${characters.slice(0, nameWidth - 1).join('')}…`;
}
