import { setTimeout as wait } from 'node:timers/promises';
import { isConflict } from './database-errors.ts';

const attempts = 10;
const firstDelayMs = 5;
const longestDelayMs = 500;

/**
 * Retries a statement or transaction while PostgreSQL rolls it back because of a conflict. After a serialization
 * failure (40001) or a deadlock (40P01) nothing of it remains, and the next attempt usually succeeds.
 */
export async function retryConflicts<T>(run: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await run();
    } catch (error) {
      if (attempt === attempts || !isConflict(error)) throw error;
    }
    // Full jitter keeps two colliding statements from colliding again.
    await wait(Math.random() * Math.min(longestDelayMs, firstDelayMs * 2 ** attempt));
  }
}
