import { isatty } from 'node:tty';
import { type Logger, pino } from 'pino';
import type { Config } from '../config/config.ts';
import { boundedFields } from './bounded-fields.ts';
import { readableLine } from './readable-line.ts';

export type { Logger };

/** Maximum backlog of stderr, in bytes. Further lines are dropped and counted. */
const longestBacklog = 16 * 1024 ** 2;

/**
 * Writes JSON lines to stderr, because stdout is for the output of commands. A terminal gets lines for people instead.
 * `process` names the writer. Lines are written in the background, in order. When the process exits or crashes, the
 * remaining ones are written, and those already on their way may come after them. A slow reader of the log blocks
 * nothing.
 */
export function createLogger(
  config: Pick<Config, 'logLevel'>,
  process: string,
  { isTerminal = isatty(2) }: { isTerminal?: boolean } = {},
): Logger {
  const destination = pino.destination({ fd: 2, sync: false, maxLength: longestBacklog });
  const logger = pino(
    {
      level: config.logLevel,
      base: { process },
      formatters: { log: boundedFields },
      // `boundedFields` has already turned errors into fields.
      serializers: { err: (fields: unknown) => fields },
    },
    isTerminal ? { write: (line: string) => void destination.write(readableLine(line)) } : destination,
  );
  let dropped = 0;
  destination.on('drop', () => {
    dropped += 1;
  });
  destination.on('drain', () => {
    if (dropped === 0) return;
    const lines = dropped;
    dropped = 0;
    logger.warn({ lines }, 'lines of this log were dropped: its reader is too slow');
  });
  return logger;
}
