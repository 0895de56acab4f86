import { type AlertSender, sendDueAlerts } from '../alerts/send.ts';
import type { Actor } from './actor.ts';

/** Sends messages about alerts. An actor of its own, so that a receiver that hangs delays nothing else. */
export function createAlertSender(sender: AlertSender): Actor {
  return { name: 'alert-sender', everyMs: 1_000, runOnce: () => sendDueAlerts(sender) };
}
