import type { Batch as BatchRow } from '../../../batches/batch.ts';
import { createBatch } from '../../../batches/create.ts';
import type { SubmittedBatch } from '../../../batches/submit.ts';
import { maxBatchItems } from '../../../jobs/batch-size.ts';
import { atMost, cost } from '../../admission/declarations.ts';
import { parseCreateBatch } from '../../inputs/inputs.ts';
import { builder } from '../builder.ts';
import { metadataText } from '../job/create.ts';
import { JobOptionsInput } from '../job/options.ts';
import { WebhookInput } from '../webhook-input.ts';
import { Batch } from './batch.ts';

const BatchSourceInput = builder.inputType('BatchSourceInput', {
  description: 'The document of a batch item: exactly one of these.',
  fields: (t) => ({
    url: t.string({
      description: 'An http or https URL that a worker downloads, at most 1 GiB. Private addresses are refused.',
    }),
    upload: t.id({
      description: 'The id of an upload whose bytes have arrived. Several items may name the same upload.',
    }),
    job: t.id({ description: 'The id of a job, to process its document again. Several items may name the same job.' }),
    base64: t.string({
      description: 'The bytes as Base64 (RFC 4648). A request holds at most 25 MiB of them.',
      extensions: { isFile: true },
    }),
  }),
});

const BatchItemInput = builder.inputType('BatchItemInput', {
  description: 'A document of a batch.',
  fields: (t) => ({
    source: t.field({ type: BatchSourceInput, required: true, description: 'The document.' }),
    name: t.string({ description: 'Your label for the job, at most 500 characters.' }),
    metadata: t.field({ type: 'JSONObject', description: metadataText }),
    options: t.field({
      type: JobOptionsInput,
      description: "Options for this document. Each one overrides the batch's option.",
    }),
  }),
});

const CreateBatchInputType = builder.inputType('CreateBatchInput', {
  description: 'Many documents and how to process them.',
  fields: (t) => ({
    name: t.string({ description: 'Your label for the batch, at most 500 characters.' }),
    items: t.field({
      type: [BatchItemInput],
      extensions: atMost(maxBatchItems),
      required: true,
      description: `The documents, 1 to ${maxBatchItems}. Each item becomes a job, even if a document occurs twice.`,
    }),
    options: t.field({ type: JobOptionsInput, description: 'How to process all documents.' }),
    priority: t.int({ description: 'Priority of all jobs, from 0 (first) to 9. Default 5.' }),
    idempotencyKey: t.string({
      description:
        'Makes it safe to repeat the request: the same key returns the same batch. The same key with other content is IDEMPOTENCY_CONFLICT. Jobs ' +
        'and batches share their keys. At most 255 characters.',
    }),
    webhook: t.field({
      type: WebhookInput,
      description:
        'Where to send events of the batch; by default when it ends. Events of its jobs are sent only if they are named.',
    }),
  }),
});

const CreateBatchPayload = builder.objectRef<SubmittedBatch>('CreateBatchPayload').implement({
  description: 'The result of createBatch.',
  fields: (t) => ({
    batch: t.field({
      type: Batch,
      description: 'The batch, with all its jobs accepted and stored durably.',
      resolve: ({ batch }): BatchRow => batch,
    }),
    deduplicated: t.exposeBoolean('deduplicated', {
      description: 'Whether an earlier request with this idempotency key created the batch.',
    }),
  }),
});

builder.mutationField('createBatch', (t) =>
  t.field({
    type: CreateBatchPayload,
    nullable: true,
    description:
      'Accepts many documents, all or none, and answers once they are safe on disk; watch them with `batchProgress`. If any item is wrong, nothing is ' +
      'accepted, and the one error names the wrong items by their index, up to 100 issues.',
    extensions: cost({ points: 1_000 }),
    args: {
      input: t.arg({ type: CreateBatchInputType, required: true, description: 'The documents and what to do.' }),
    },
    resolve: async (_, { input }, context) => createBatch(context, await parseCreateBatch(input)),
  }),
);
