import type { Secrets } from '../connections/secrets.ts';
import {
  checkSource,
  discardSource,
  type SourceContext,
  type SourceInput,
  type SourceOfJob,
  storeSource,
} from '../documents/sources.ts';
import { RequestError } from '../errors.ts';
import type { Estimates } from '../estimates/estimates.ts';
import {
  chosenOptions,
  defaultPriority,
  type GivenOptions,
  passwordPurpose,
  resolveOptions,
} from '../job-row/options.ts';
import { receiveWebhook, type TargetContext, type WebhookChoice } from '../webhooks/choose-target.ts';
import type { JobsContext } from './context.ts';
import { canonical, type Submitted, submitJob } from './submit.ts';

/** What accepting a job needs. */
export interface CreateJobContext extends SourceContext, TargetContext {
  jobs: JobsContext;
  secrets: Secrets;
  estimates: Pick<Estimates, 'arrived'>;
}

/** A document and how to process it, as requested. */
export interface JobInput {
  source: SourceInput;
  name?: string | null;
  metadata?: Record<string, unknown> | null;
  options?: GivenOptions | null;
  priority?: number | null;
  runAt?: Date | null;
  idempotencyKey?: string | null;
  webhook?: WebhookChoice | null;
}

/**
 * Accepts a job: checks what the request names, stores bytes that came with it, and inserts the job. Bytes are removed
 * again if the job is refused or an earlier request created it.
 */
export async function createJob(context: CreateJobContext, input: JobInput): Promise<Submitted> {
  const { options, password, maxRetries } = resolveOptions(input.options);
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
    // If the connection broke, the row may have been written, so the bytes stay.
    if (error instanceof RequestError) await discardSource(context, source);
    throw error;
  }
}

/** Returns a keyed hash of the input, which may contain a password and outlives the job. */
function fingerprint({ secrets }: Pick<CreateJobContext, 'secrets'>, input: unknown): string {
  return secrets.digest('idempotency', canonical(input));
}

/**
 * Returns what identifies the document of a source for idempotency: its bytes if they are known, otherwise its origin.
 */
async function identity({ writes, tenantId }: CreateJobContext, source: SourceOfJob): Promise<object> {
  if ('jobId' in source) return { job: source.jobId };
  if ('kind' in source) return source.sha256 === null ? { url: source.url } : { sha256: source.sha256 };
  // Another upload of the same file has another id.
  const where = { id: source.uploadId, tenantId };
  const upload = await writes.prisma.source.findFirst({ where, select: { sha256: true } });
  return upload?.sha256 ? { sha256: upload.sha256 } : source;
}
