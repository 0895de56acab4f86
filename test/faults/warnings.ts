import { Writable } from 'node:stream';
import { type Logger, pino } from 'pino';

export interface Warning {
  msg: string;
  queue?: string;
  request?: string;
}

/** Returns a logger and the list of warnings and errors that it records. */
export function recordWarnings(): { warnings: Warning[]; logger: Logger } {
  const warnings: Warning[] = [];
  const lines = new Writable({
    write(chunk, _encoding, done) {
      warnings.push(JSON.parse(String(chunk)));
      done();
    },
  });
  return { warnings, logger: pino({ level: 'warn' }, lines) };
}
