import type { FailureCode } from '../../errors.ts';
import type { ExtractionEvent, ExtractionRequest } from '../model/extraction.ts';

/** Everything that passes between the pool and an extractor process. Both sides are always of the same version. */

export type ToExtractor =
  /** Starts an extraction; sent only to a process that is ready and idle. */
  | { type: 'extract'; request: ExtractionRequest }
  /** The consumer took one group: the process may go on with the one after the next. */
  | { type: 'taken' }
  /** To be answered by the main thread as soon as it can. */
  | { type: 'ping' };

export type FromExtractor =
  /** Both engines are loaded. */
  | { type: 'ready' }
  | { type: 'pong' }
  | { type: 'event'; event: ExtractionEvent }
  /** The extraction is complete; the process is idle. */
  | { type: 'done' }
  /** The extraction failed; the process is idle. `trace` is for logs, never for clients. */
  | { type: 'failed'; code: FailureCode; detail: string; page: number | null; trace: string | null };

export function isToExtractor(message: unknown): message is ToExtractor {
  return hasType(message, ['extract', 'taken', 'ping']);
}

export function isFromExtractor(message: unknown): message is FromExtractor {
  return hasType(message, ['ready', 'pong', 'event', 'done', 'failed']);
}

function hasType(message: unknown, types: string[]): boolean {
  return (
    typeof message === 'object' &&
    message !== null &&
    'type' in message &&
    typeof message.type === 'string' &&
    types.includes(message.type)
  );
}
