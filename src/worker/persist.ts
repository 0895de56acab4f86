import { setTimeout as wait } from 'node:timers/promises';
import { isConnectionError } from '../connections/database.ts';

const attemptEveryMs = 250;
const giveUpAfterMs = 60_000;

/**
 * Carries a write of an attempt through an outage of the database: all of them are fenced and may be repeated. Once the
 * outage is so long that the work is better done again, the error passes.
 */
export async function persist<T>(write: () => Promise<T>, signal: AbortSignal): Promise<T> {
  const until = Date.now() + giveUpAfterMs;
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isConnectionError(error) || Date.now() > until) throw error;
      await wait(attemptEveryMs, undefined, { signal }).catch(() => signal.throwIfAborted());
    }
  }
}
