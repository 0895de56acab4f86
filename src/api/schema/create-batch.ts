import { RequestError } from '../../errors.ts';
import { type Batch as BatchRow, maxBatchItems } from '../../jobs/batch.ts';
import { chosenOptions, defaultPriority, passwordPurpose } from '../../jobs/options.ts';
import { canonical, type SourceOfJob } from '../../jobs/submit.ts';
import { type BatchItem, findSubmittedBatch, type SubmittedBatch, submitBatch } from '../../jobs/submit-batch.ts';
import { atMost } from '../admission/declarations.ts';
import {
  type BatchSources,
  checkDocuments,
  checkSources,
  discardSources,
  knownHash,
  storeSources,
} from '../batch-sources.ts';
import type { ApiContext } from '../context.ts';
import { type CreateBatchInput, jobOptions, parseCreateBatch } from '../inputs.ts';
import { createPauses } from '../pauses.ts';
import { receiveWebhook } from '../webhook-target.ts';
import { Batch } from './batch.ts';
import { builder } from './builder.ts';
import { JobOptionsInput, metadataText } from './create-job.ts';
import { WebhookInput } from './webhook-input.ts';

const BatchSourceInput = builder.inputType('BatchSourceInput', {
  description: 'The document of an item: exactly one of these.',
  fields: (t) => ({
    url: t.string({
      description: 'http or https; downloaded by a worker, 1 GiB at most. Private addresses are refused.',
    }),
    upload: t.id({ description: 'The id of an upload whose bytes have arrived. Several items may name the same one.' }),
    job: t.id({ description: 'The id of a job: its document again. Several items may name the same one.' }),
    base64: t.string({
      description: 'The bytes themselves (RFC 4648). A whole request carries 25 MiB of them at most.',
    }),
  }),
});

const BatchItemInput = builder.inputType('BatchItemInput', {
  description: 'One document of a batch.',
  fields: (t) => ({
    source: t.field({ type: BatchSourceInput, required: true, description: 'The document.' }),
    name: t.string({ description: 'A label of your own, 500 characters at most.' }),
    metadata: t.field({ type: 'JSONObject', description: metadataText }),
    options: t.field({
      type: JobOptionsInput,
      description: 'What is different for this document from the options of the batch.',
    }),
  }),
});

const CreateBatchInputType = builder.inputType('CreateBatchInput', {
  description: 'Many documents at once.',
  fields: (t) => ({
    name: t.string({ description: 'A label of your own for the batch, 500 characters at most.' }),
    items: t.field({
      type: [BatchItemInput],
      extensions: atMost(maxBatchItems),
      required: true,
      description: `The documents, 1 to ${maxBatchItems}. Each becomes a job, also one that is there twice.`,
    }),
    options: t.field({ type: JobOptionsInput, description: 'What to do with all of them.' }),
    priority: t.int({ description: '0 (first) to 9, default 5, of all of them.' }),
    idempotencyKey: t.string({
      description:
        'Makes repeating safe: the same key gives the same batch. Other content under the same key is the error IDEMPOTENCY_CONFLICT; jobs and ' +
        'batches share the keys. 255 characters at most.',
    }),
    webhook: t.field({
      type: WebhookInput,
      description:
        'Whom to tell of it, by default when all of it has ended. Its jobs are told of only if their events are named.',
    }),
  }),
});

const CreateBatchPayload = builder.objectRef<SubmittedBatch>('CreateBatchPayload').implement({
  description: 'What createBatch gives back.',
  fields: (t) => ({
    batch: t.field({
      type: Batch,
      description: 'The batch: all its jobs accepted and safe on disk.',
      resolve: ({ batch }): BatchRow => batch,
    }),
    deduplicated: t.exposeBoolean('deduplicated', {
      description: 'True if an earlier call with this idempotency key made the batch.',
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
