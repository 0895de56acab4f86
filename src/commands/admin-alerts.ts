import { AlertsDocument, AlertWebhookSecretDocument } from '../client/generated/graphql.ts';
import type { ClientConfig } from '../config/client-config.ts';
import type { AdminOptions } from './admin-queue.ts';
import { printAnswer } from './print-answer.ts';

/** `pagehive admin alerts`: prints the raised alerts, and those that are over if wanted. Returns the exit code. */
export function showAlerts(
  config: ClientConfig,
  { all = false, ...options }: AdminOptions & { all?: boolean },
): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) => (await client.request(AlertsDocument, { cleared: all })).alerts,
    (alerts) =>
      alerts.flatMap(({ kind, detail, advice, raisedAt, clearedAt }) => {
        const times = clearedAt === null ? `since ${raisedAt}` : `${raisedAt} to ${clearedAt}`;
        return [`${kind}  ${times}  ${detail}`, ...(clearedAt === null ? [`  ${advice}`] : [])];
      }),
  );
}

/** `pagehive admin alerts --secret`: prints the secret that signs messages about alerts. Returns the exit code. */
export function showAlertSecret(config: ClientConfig, options: AdminOptions): Promise<number> {
  return printAnswer(
    config,
    options,
    async (client) => (await client.request(AlertWebhookSecretDocument, {})).alertWebhookSecret,
    (secret) => [secret],
  );
}
