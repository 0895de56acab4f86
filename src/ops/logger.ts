import { type Logger, pino } from 'pino';
import type { Config } from '../config.ts';

export type { Logger };

/** JSON lines on stderr, so that stdout stays free for what a command prints. `process` names who writes. */
export function createLogger(config: Pick<Config, 'logLevel'>, process: string): Logger {
  return pino(
    {
      level: config.logLevel,
      base: { process },
      // Documents' passwords and signed URLs must never reach a log, whatever object is logged.
      redact: {
        paths: ['password', '*.password', 'headers.authorization', '*.headers.authorization'],
        censor: '[redacted]',
      },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}
