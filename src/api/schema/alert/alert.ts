import { listAlerts, maxAlerts } from '../../../alerts/alerts.ts';
import { adviceOf } from '../../../alerts/conditions.ts';
import { alertSecret } from '../../../alerts/send.ts';
import type { Alert as AlertRow } from '../../../connections/prisma/client.ts';
import { encodeId } from '../../../ids.ts';
import { cost, scope } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';

const Alert = builder.objectRef<AlertRow>('Alert').implement({
  description: 'Something wrong with the installation, which maintenance found. docs/operating.md lists the kinds.',
  fields: (t) => ({
    id: t.id({
      description: 'The id, such as alert_01h455vb4pex5vsknk084sn02q.',
      resolve: ({ id }) => encodeId('alert', id),
    }),
    kind: t.exposeString('kind', { description: 'What is wrong, such as NO_WORKERS. New kinds may be added.' }),
    detail: t.exposeString('detail', { description: 'What was observed when it was raised.' }),
    advice: t.string({ description: 'What to do about it.', resolve: ({ kind }) => adviceOf(kind) }),
    raisedAt: t.expose('raisedAt', { type: 'DateTime', description: 'When it was raised.' }),
    clearedAt: t.expose('clearedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was over; null while it lasts.',
    }),
  }),
});

builder.queryField('alertWebhookSecret', (t) =>
  t.string({
    extensions: scope('OPERATOR'),
    description:
      'The secret that signs messages to ALERT_WEBHOOK_URL, in the format of Standard Webhooks. It stays the same. Needs the scope OPERATOR.',
    resolve: (_, __, { secrets }) => alertSecret(secrets),
  }),
);

builder.queryField('alerts', (t) =>
  t.field({
    type: [Alert],
    extensions: { ...scope('OPERATOR'), ...cost({ points: 10, items: 20 }) },
    description: `What is wrong with the installation, newest first, at most ${maxAlerts} alerts. Maintenance looks every five seconds. Needs the scope OPERATOR.`,
    args: {
      cleared: t.arg.boolean({ description: 'Whether to add alerts that are over, after the others. Default: false.' }),
    },
    resolve: (_, { cleared }, { system }) => listAlerts(system, { cleared: cleared === true }),
  }),
);
