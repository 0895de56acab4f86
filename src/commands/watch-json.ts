import { GraphQLRequestError } from '../client/errors.ts';
import { describeError } from './watch-messages.ts';
import { type JobView, toStderr, toStdout } from './watch-view.ts';

function print(type: string, value: object): void {
  toStdout(JSON.stringify({ type, ...value }));
}

/** Prints one JSON object per line to standard output, with its `type` and the `argument` of the document. */
export function createJsonView({ follow }: { follow: boolean }): JobView {
  return {
    uploading: () => undefined,
    submitted({ argument }, { id, deduplicated }) {
      if (!follow) print('submitted', { argument, id, deduplicated });
    },
    progress: ({ argument }, event) => print('progress', { argument, ...event }),
    failed: ({ argument }, { jobId, name, failure }) => print('failed', { argument, jobId, name, failure }),
    finished({ argument }, ended, files) {
      print('total' in ended ? 'batch' : 'job', { argument, ...ended, ...(files.length > 0 ? { files } : {}) });
    },
    refused(item, error) {
      const { argument, label } = item;
      const message = error instanceof Error ? error.message : String(error);
      const known = error instanceof GraphQLRequestError ? error : { code: 'UNKNOWN', advice: null, issues: [] };
      const { code, advice, issues } = known;
      print('error', { argument, code, message, advice, issues });
      toStderr(`${label}: ${describeError(error)}`);
    },
    note: toStderr,
    close: () => undefined,
  };
}
