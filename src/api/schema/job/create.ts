import { chosenOptions, defaultPriority, passwordPurpose } from '../../../job-row/options.ts';
import { canonical, type SourceOfJob, type Submitted, submitJob } from '../../../jobs/submit.ts';
import type { ApiContext } from '../../context.ts';
import { type CreateJobInput, jobOptions, parseCreateJob } from '../../inputs/inputs.ts';
import { checkSource, discardSource, storeSource } from '../../inputs/sources.ts';
import { receiveWebhook } from '../../inputs/webhook-target.ts';
import { builder } from '../builder.ts';
import { WebhookInput } from '../webhook-input.ts';
import { Job } from './job.ts';
import { JobOptionsInput } from './options.ts';
import { JobSourceInput } from './source.ts';

/** Describes the metadata of jobs and of items of batches. */
export const metadataText =
  'Your own data, at most 16 KiB of JSON. It is returned exactly as it came, also in webhooks. Numbers beyond ±(2^53 − 1) are refused, because ' +
  'they would be rounded: send them as strings.';

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

async function createJob(context: ApiContext, input: CreateJobInput): Promise<Submitted> {
  const { options, password, maxRetries } = jobOptions(input.options);
  const webhook = await receiveWebhook(context, 'job', input.webhook);
  const source = await storeSource(context, await checkSource(context, input.source));
  const priority = input.priority ?? defaultPriority;
  const { name = null, metadata = null, runAt = null, idempotencyKey = null } = input;
  try {
    const submitted = await submitJob(context.jobs, {
      tenantId: context.tenantId,
      source,
      options,
      sealedPassword: password === null ? null : context.secrets.seal(passwordPurpose, password),
      name,
      metadata,
      priority,
      maxRetries,
      webhook,
      runAt,
      idempotencyKey,
      fingerprint:
        idempotencyKey === null
          ? null
          : fingerprint(context, {
              source: await identity(context, source),
              options: chosenOptions(options),
              password,
              name,
              metadata,
              priority,
              maxRetries,
              runAt,
              webhook: input.webhook,
            }),
    });
    if (submitted.deduplicated) await discardSource(context, source);
    else if (submitted.job.dueAt === null) context.estimates.arrived(submitted.job);
    return submitted;
  } catch (error) {
    // Unknown whether the row was written, if the connection broke in between: then the bytes stay.
    if (error instanceof Error && error.name === 'RequestError') await discardSource(context, source);
    throw error;
  }
}

/** Keyed, as the input may hold a password, and outlives the job. */
function fingerprint({ secrets }: ApiContext, input: unknown): string {
  return secrets.digest('idempotency', canonical(input));
}

/** What makes two sources the same document for idempotency: their bytes where they are known, else where they come from. */
async function identity({ writes, tenantId }: ApiContext, source: SourceOfJob): Promise<object> {
  if ('jobId' in source) return { job: source.jobId };
  if ('kind' in source) return source.sha256 === null ? { url: source.url } : { sha256: source.sha256 };
  // The same file uploaded again has another id.
  const where = { id: source.uploadId, tenantId };
  const upload = await writes.prisma.source.findFirst({ where, select: { sha256: true } });
  return upload?.sha256 ? { sha256: upload.sha256 } : source;
}
