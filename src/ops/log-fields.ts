import { AsyncLocalStorage } from 'node:async_hooks';
import { boundedFields } from './bounded-fields.ts';
import type { Logger } from './logger.ts';

/** What the lines of a request or a job have in common: their ids. */
export type LogFields = Readonly<Record<string, string | number>>;

const current = new AsyncLocalStorage<LogFields>();

/** Adds fields to every line that `work` and all that it starts write to a logger of `withCurrentFields`. */
export function withLogFields<T>(fields: LogFields, work: () => T): T {
  return current.run({ ...current.getStore(), ...fields }, work);
}

/**
 * Returns a logger whose lines contain the current fields. For the code that serves requests or runs jobs. What they
 * share, such as connections, must not use it: it would write the id of the request that happened to come first.
 */
export function withCurrentFields(logger: Logger): Logger {
  return logger.child({}, { formatters: { log: (fields) => boundedFields({ ...current.getStore(), ...fields }) } });
}
