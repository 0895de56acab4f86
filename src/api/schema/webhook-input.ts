import { atMost } from '../admission/declarations.ts';
import { builder } from './builder.ts';

export const WebhookEvent = builder.enumType('WebhookEvent', {
  description: 'The events that webhooks report.',
  values: {
    JOB_QUEUED: { description: 'The job was accepted, or retried by `retryJob` or `retryBatch`.' },
    JOB_STARTED: { description: 'A worker has taken the job. Sent for each attempt.' },
    JOB_PROGRESS: { description: 'The job has passed another ten percent. Several steps at once are one event.' },
    JOB_COMPLETED: { description: 'The job is COMPLETED.' },
    JOB_FAILED: { description: 'The job is FAILED: no retry is left, or none makes sense.' },
    JOB_CANCELLED: { description: 'The job is CANCELLED.' },
    BATCH_PROGRESS: { description: 'The batch has passed another ten percent. Several steps at once are one event.' },
    BATCH_COMPLETED: {
      description: 'The batch is COMPLETED or PARTIALLY_FAILED, as its status says: at least some jobs have a result.',
    },
    BATCH_FAILED: { description: 'The batch is FAILED: no job is COMPLETED.' },
    BATCH_CANCELLED: { description: 'The batch is CANCELLED.' },
  } as const,
});

export const WebhookInput = builder.inputType('WebhookInput', {
  description:
    'Where to send which events: exactly one of `url` and `endpoint`. docs/webhooks.md describes what is sent.',
  fields: (t) => ({
    url: t.string({
      description:
        'An http or https URL. Its webhooks are signed with `viewer.webhookSecret`. Private addresses are refused, host names that resolve to one when a webhook is sent.',
    }),
    endpoint: t.id({ description: 'The id of an endpoint. Its webhooks are signed with its own secret.' }),
    events: t.field({
      type: [WebhookEvent],
      extensions: atMost(100),
      description:
        'The events to send. Default: those of the endpoint, or else COMPLETED, FAILED and CANCELLED of the job or batch. Events of jobs, given for a batch, are sent for each of its jobs.',
    }),
  }),
});
