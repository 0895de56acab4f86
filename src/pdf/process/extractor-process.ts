import { JobError } from '../../errors.ts';
import type { ExtractionRequest, Reading } from '../model/extraction.ts';
import { loadEngines } from '../run/engines.ts';
import { runExtraction } from '../run/extraction-run.ts';
import { type FromExtractor, isToExtractor } from './protocol.ts';
import { startWatchdog } from './watchdog.ts';

/**
 * The entry point of an extractor: a process that reads one document after another. It never cleans up after a document
 * that failed permanently; the pool kills it instead.
 */

process.title = 'pagehive extract';
const onPage = startWatchdog();
// On damaged documents, pdfjs leaves rejected promises behind after it has reported the errors through the call itself.
process.on('unhandledRejection', () => {});

const engines = await loadEngines();
let groupsSent = 0;
let groupsTaken = 0;
let wake = () => {};

process.on('message', receive);
send({ type: 'ready' });

function receive(message: unknown): void {
  if (!isToExtractor(message)) return;
  if (message.type === 'ping') {
    send({ type: 'pong' });
  } else if (message.type === 'taken') {
    groupsTaken += 1;
    wake();
  } else {
    void extract(message.request).then(send);
  }
}

function send(message: FromExtractor): void {
  process.send?.(message);
}

/** Returns the last message of the extraction. */
async function extract(request: ExtractionRequest): Promise<FromExtractor> {
  groupsSent = 0;
  groupsTaken = 0;
  try {
    const report = (reading: Reading) => send({ type: 'event', event: { type: 'reading', ...reading } });
    for await (const event of runExtraction({ request, engines, report, onPage })) {
      send({ type: 'event', event });
      if (event.type === 'group') {
        groupsSent += 1;
        await untilTaken();
      }
    }
    return { type: 'done' };
  } catch (error) {
    const { code, message, page } = error instanceof JobError ? error : new JobError('INTERNAL');
    return { type: 'failed', code, detail: message, page, trace: code === 'INTERNAL' ? traceOf(error) : null };
  }
}

/** Starts the next group only after the consumer has taken the last one, so that memory stays bounded. */
async function untilTaken(): Promise<void> {
  while (groupsTaken < groupsSent) {
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  }
}

function traceOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
