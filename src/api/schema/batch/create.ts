import type { Batch as BatchRow } from '../../../batches/batch.ts';
import { type BatchItem, findSubmittedBatch, type SubmittedBatch, submitBatch } from '../../../batches/submit.ts';
import { RequestError } from '../../../errors.ts';
import { chosenOptions, defaultPriority, passwordPurpose } from '../../../job-row/options.ts';
import { maxBatchItems } from '../../../jobs/batch-size.ts';
import { canonical, type SourceOfJob } from '../../../jobs/submit.ts';
import { atMost } from '../../admission/declarations.ts';
import type { ApiContext } from '../../context.ts';
import {
  type BatchSources,
  checkDocuments,
  checkSources,
  discardSources,
  knownHash,
  storeSources,
} from '../../inputs/batch-sources.ts';
import { type CreateBatchInput, jobOptions, parseCreateBatch } from '../../inputs/inputs.ts';
import { createPauses } from '../../inputs/pauses.ts';
import { receiveWebhook } from '../../inputs/webhook-target.ts';
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
      description: 'Options for this document. They override those of the batch one by one.',
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
      'accepted, and the one error names every wrong item by its index.',
    args: {
      input: t.arg({ type: CreateBatchInputType, required: true, description: 'The documents and what to do.' }),
    },
    resolve: (_, { input }, context) => createBatch(context, parseCreateBatch(input)),
  }),
);

async function createBatch(context: ApiContext, input: CreateBatchInput): Promise<SubmittedBatch> {
  const { tenantId, jobs } = context;
  const { name = null, idempotencyKey = null } = input;
  const checked = await checkSources(context, input.items);
  const fingerprint = idempotencyKey === null ? null : await fingerprintOf(context, input, checked);
  // A repetition stores nothing and looks up no document: those of its jobs may be gone.
  const before = await findSubmittedBatch(jobs, { tenantId, idempotencyKey, fingerprint });
  if (before !== null) return before;
  const webhook = await receiveWebhook(context, 'batch', input.webhook);
  await checkDocuments(context, checked);
  const sources = await storeSources(context, checked);
  try {
    const items = await jobsOf(context, input, sources);
    const priority = input.priority ?? defaultPriority;
    const submission = { tenantId, name, items, priority, webhook, idempotencyKey, fingerprint };
    const submitted = await submitBatch(jobs, submission);
    if (submitted.deduplicated) await discardSources(context, sources);
    return submitted;
  } catch (error) {
    // If the connection broke, nobody knows whether the rows were written: then the bytes stay.
    if (error instanceof RequestError) await discardSources(context, sources);
    throw error;
  }
}

async function jobsOf(context: ApiContext, input: CreateBatchInput, sources: SourceOfJob[]): Promise<BatchItem[]> {
  const jobs: BatchItem[] = [];
  const pause = createPauses();
  for (const [index, item] of input.items.entries()) {
    await pause();
    const { options, password, maxRetries } = jobOptions(input.options, item.options);
    const source = sources[index];
    if (source === undefined) throw new Error('an item of a batch has no source');
    jobs.push({
      source,
      options,
      sealedPassword: password === null ? null : context.secrets.seal(passwordPurpose, password),
      name: item.name ?? null,
      metadata: item.metadata ?? null,
      maxRetries,
    });
  }
  return jobs;
}

/** Keyed, as the input may hold passwords. Documents count by their bytes where those are known. */
async function fingerprintOf(context: ApiContext, input: CreateBatchInput, sources: BatchSources): Promise<string> {
  const items: object[] = [];
  const pause = createPauses();
  for (const [index, item] of input.items.entries()) {
    await pause();
    const sha256 = await knownHash(sources.checked[index], sources);
    const { options, password, maxRetries } = jobOptions(input.options, item.options);
    const { name, metadata } = item;
    const source = sha256 === null ? item.source : { sha256 };
    items.push({ source, options: chosenOptions(options), password, maxRetries, name, metadata });
  }
  const { name, priority = defaultPriority, webhook } = input;
  return context.secrets.digest('idempotency', canonical({ batch: items, name, priority, webhook }));
}
