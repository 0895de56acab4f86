import { type AddressGuard, createAddressGuard } from '../connections/address-guard.ts';
import type { Database } from '../connections/database.ts';
import { OutboundError, outboundPost } from '../connections/outbound.ts';
import type { Secrets } from '../connections/secrets.ts';
import { encodeId } from '../ids.ts';
import type { Logger } from '../ops/logger.ts';
import { secretOf } from '../webhooks/secret.ts';
import { signedHeaders } from '../webhooks/signed-headers.ts';
import { adviceOf } from './conditions.ts';
import { recordAttempt, takeDue } from './sql/alerts.ts';

export interface AlertSender {
  database: Database;
  secrets: Secrets;
  guard: AddressGuard;
  /** The receiver. */
  url: string;
  version: string;
  logger: Logger;
}

export interface DueAlert {
  id: string;
  kind: string;
  detail: string;
  raisedAt: Date;
  clearedAt: Date | null;
  tries: number;
}

const timeoutMs = 10_000;
const maxMessages = 20;
/** Seconds before the second attempt, the third and so on; the last one repeats. After `maxTries`, no more follow. */
const pauses = [5, 15, 60, 300, 900];
const maxTries = 100;

/** The guard for the receiver. The operator chose its address, so it may be a private one and have any port. */
export function guardOfReceiver(url: string): AddressGuard {
  return createAddressGuard({ privateHostsAllowed: [new URL(url).hostname], ports: [] });
}

/** The secret that signs messages about alerts, in the format of Standard Webhooks. */
export function alertSecret(secrets: Secrets): string {
  return secretOf(secrets, { id: 'alerts', secretVersion: 1 });
}

/** Sends the messages about alerts that are due, one after the other; failed ones are tried again later. */
export async function sendDueAlerts(sender: AlertSender): Promise<void> {
  const { database, logger } = sender;
  const due = await database.query<DueAlert & Record<string, unknown>>(takeDue, [
    maxMessages,
    2 * maxMessages * (timeoutMs / 1_000),
  ]);
  for (const alert of due) {
    const problem = await send(sender, alert);
    if (problem !== null) logger.warn({ alert: alert.kind, problem }, 'a message about an alert did not arrive');
    const isLast = problem === null || alert.tries >= maxTries;
    const pause = isLast ? null : (pauses[alert.tries - 1] ?? pauses.at(-1) ?? 0);
    await database.query(recordAttempt, [alert.id, alert.tries, alert.clearedAt !== null, pause]);
  }
}

/** Returns why the message did not arrive; null if it did. */
async function send({ secrets, guard, url, version }: AlertSender, alert: DueAlert): Promise<string | null> {
  const { id, kind, detail, raisedAt, clearedAt } = alert;
  const state = clearedAt === null ? 'raised' : 'cleared';
  const body = JSON.stringify({
    type: state === 'raised' ? 'ALERT_RAISED' : 'ALERT_CLEARED',
    timestamp: (clearedAt ?? raisedAt).toISOString(),
    data: { alert: { id: encodeId('alert', id), kind, detail, advice: adviceOf(kind), raisedAt, clearedAt } },
  });
  // The same in every attempt, so that receivers recognize repetitions.
  const messageId = `${encodeId('alert', id)}_${state}`;
  const headers = signedHeaders({ id: messageId, body, secrets: [alertSecret(secrets)], version });
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await outboundPost(url, body, { guard, signal, headers });
    response.body.on('error', () => {});
    response.body.destroy();
    return response.status >= 200 && response.status < 300 ? null : `the receiver answered ${response.status}`;
  } catch (error) {
    if (error instanceof OutboundError) return error.message;
    if (signal.aborted) return `the receiver did not respond within ${timeoutMs / 1_000} s`;
    throw error;
  }
}
