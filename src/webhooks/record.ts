import type { Database } from '../connections/database.ts';
import type { ClaimedDelivery } from './claim.ts';
import { type DeliveryPolicy, pauseMs } from './policy.ts';
import type { Sent } from './send.ts';
import { record } from './sql/record.ts';

/** 410: whoever was there says that he does not want to hear of anything any more. */
const gone = 410;

export interface Recorded {
  status: 'PENDING' | 'DELIVERED' | 'DEAD';
  /** The endpoint is paused now. */
  paused: boolean;
}

/** Notes how a try ended, and when the next one is; null if the delivery was begun anew or taken for lost meanwhile. */
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
