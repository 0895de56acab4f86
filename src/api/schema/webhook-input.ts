import { atMost } from '../admission/declarations.ts';
import { builder } from './builder.ts';

export const WebhookEvent = builder.enumType('WebhookEvent', {
  description: 'What a webhook can tell of.',
  values: {
    JOB_QUEUED: { description: 'The job was accepted, or is started anew by `retryJob` or `retryBatch`.' },
    JOB_STARTED: { description: 'A worker has taken the job: once an attempt.' },
    JOB_PROGRESS: { description: 'The job went past another ten percent. Several steps at once are one event.' },
    JOB_COMPLETED: { description: 'The job is COMPLETED.' },
    JOB_FAILED: { description: 'The job is FAILED: no retry is left, or none made sense.' },
    JOB_CANCELLED: { description: 'The job is CANCELLED.' },
    BATCH_PROGRESS: { description: 'The batch went past another ten percent. Several steps at once are one event.' },
    BATCH_COMPLETED: {
      description:
        'The batch is COMPLETED or PARTIALLY_FAILED: at least a part of it has a result. Look at its status.',
    },
    BATCH_FAILED: { description: 'The batch is FAILED: no job of it is COMPLETED.' },
    BATCH_CANCELLED: { description: 'The batch is CANCELLED.' },
  } as const,
});

export const WebhookInput = builder.inputType('WebhookInput', {
  description: 'Whom to tell of what: a URL or an endpoint, exactly one of them. docs/webhooks.md has what is sent.',
  fields: (t) => ({
    url: t.string({
      description:
        'http or https. What is sent there is signed with `viewer.webhookSecret`. Private addresses are refused; names that lead to one, when it comes to sending.',
    }),
    endpoint: t.id({ description: 'The id of an endpoint; what is sent there is signed with its own secret.' }),
    events: t.field({
      type: [WebhookEvent],
      extensions: atMost(100),
      description:
        'Which events. By default those of the endpoint, or the three ends: of the job, or of the batch. The events of jobs, on a batch, tell of each of its jobs.',
    }),
  }),
});
