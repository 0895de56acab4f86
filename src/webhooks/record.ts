import type { Database } from '../connections/database.ts';
import type { ClaimedDelivery } from './claim.ts';
import { type DeliveryPolicy, pauseMs } from './policy.ts';
import type { Sent } from './send.ts';
import { record } from './sql/record.ts';

/** 410 Gone: the receiver wants no more events. */
const gone = 410;

export interface Recorded {
  status: 'PENDING' | 'DELIVERED' | 'DEAD';
  /** Whether the endpoint is paused now. */
  paused: boolean;
}

/**
 * Records the outcome of an attempt and schedules the next; null if the delivery was restarted or considered lost
 * meanwhile.
 */
export async function recordAttempt(
  database: Database,
  policy: DeliveryPolicy,
  { id, attempt, tries }: ClaimedDelivery,
  sent: Sent,
): Promise<Recorded | null> {
  const outcome = sent.error === null ? 'DELIVERED' : sent.statusCode === gone ? 'GONE' : 'FAILED';
  const pause = outcome === 'FAILED' ? pauseMs(policy, tries, sent.retryAfterMs) : null;
  const { milliseconds, statusCode, error, answer } = sent;
  const values = [id, attempt, outcome, pause, policy.giveUpAfterMs, milliseconds, statusCode, error, answer, tries];
  const [row] = await database.query<Recorded & Record<string, unknown>>(record, values);
  return row ?? null;
}
