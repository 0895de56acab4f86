import { createJob } from '../../../jobs/create.ts';
import type { Submitted } from '../../../jobs/find-submitted.ts';
import { parseCreateJob } from '../../inputs/inputs.ts';
import { builder } from '../builder.ts';
import { WebhookInput } from '../webhook-input.ts';
import { Job } from './job.ts';
import { JobOptionsInput } from './options.ts';
import { JobSourceInput } from './source.ts';

/** Describes the metadata of jobs and of items of batches. */
export const metadataText =
  'Your own data, at most 16 KiB of JSON. It is returned exactly as it came, also in webhooks. Numbers beyond ±(2^53 − 1) are refused, because ' +
  'they would be rounded: send them as strings, as well as fractions of more than 15 digits. Of a key that occurs twice, the last value counts.';

const CreateJobInputType = builder.inputType('CreateJobInput', {
  description: 'A document and how to process it.',
  fields: (t) => ({
    source: t.field({ type: JobSourceInput, required: true, description: 'The document.' }),
    name: t.string({ description: 'Your label for the job, at most 500 characters.' }),
    metadata: t.field({ type: 'JSONObject', description: metadataText }),
    options: t.field({ type: JobOptionsInput, description: 'How to process the document.' }),
    priority: t.int({
      description:
        'Priority from 0 (first) to 9, default 5. One step is worth ten minutes of waiting, so that no job waits forever.',
    }),
    runAt: t.field({ type: 'DateTime', description: 'The earliest start of the job.' }),
    idempotencyKey: t.string({
      description:
        'Makes it safe to repeat the request: the same key returns the same job, until 24 hours after the job is deleted. The same key with other ' +
        'content or options is IDEMPOTENCY_CONFLICT. At most 255 characters.',
    }),
    webhook: t.field({ type: WebhookInput, description: 'Where to send events of the job; by default when it ends.' }),
  }),
});

const CreateJobPayload = builder.objectRef<Submitted>('CreateJobPayload').implement({
  description: 'The result of createJob.',
  fields: (t) => ({
    job: t.expose('job', { type: Job, description: 'The job, accepted and stored durably.' }),
    deduplicated: t.exposeBoolean('deduplicated', {
      description: 'Whether an earlier request with this idempotency key created the job.',
    }),
  }),
});

builder.mutationField('createJob', (t) =>
  t.field({
    type: CreateJobPayload,
    nullable: true,
    description:
      'Accepts a document and returns at once; watch the job with `jobProgress`. An accepted job reaches a final state even if any process is killed.',
    args: {
      input: t.arg({ type: CreateJobInputType, required: true, description: 'The document and how to process it.' }),
    },
    resolve: (_, { input }, context) => createJob(context, parseCreateJob(input)),
  }),
);
