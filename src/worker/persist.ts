import { setTimeout as wait } from 'node:timers/promises';
import { isPassing, isStatementTimeout } from '../connections/postgres/database-errors.ts';

const attemptEveryMs = 250;
const giveUpAfterMs = 60_000;

/** The database was down for so long that the attempt is given back. Not the job's fault. */
export class DatabaseDownError extends Error {
  constructor(cause: unknown) {
    super('the database was down for too long', { cause });
    this.name = 'DatabaseDownError';
  }
}

/** Retries a fenced write while the database is down, for up to 60 s. Fenced writes are safe to repeat. */
export async function persist<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const until = performance.now() + giveUpAfterMs;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isPassing(error)) throw error;
      if (performance.now() > until) throw isStatementTimeout(error) ? error : new DatabaseDownError(error);
      await wait(attemptEveryMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
