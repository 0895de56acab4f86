import { setTimeout as wait } from 'node:timers/promises';
import { isPassing, isStatementTimeout } from '../connections/postgres/database-errors.ts';

const attemptEveryMs = 250;
const giveUpAfterMs = 60_000;

/** The database was away for so long that the work is better done again. No fault of the job's. */
export class DatabaseAwayError extends Error {
  constructor(cause: unknown) {
    super('the database was away for too long', { cause });
    this.name = 'DatabaseAwayError';
  }
}

/** Carries a write of an attempt through an outage of the database: all of them are fenced and may be repeated. */
export async function persist<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const until = performance.now() + giveUpAfterMs;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (performance.now() > until) throw isStatementTimeout(error) ? error : new DatabaseAwayError(error);
      await wait(attemptEveryMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
