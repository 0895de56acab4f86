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
import { encodeId } from '../ids.ts';
import { chosenOptions, type GivenOptions, passwordPurpose, resolveOptions } from '../job-row/options.ts';
import { type Tracing, traced } from '../ops/tracing.ts';
import type { Allowance } from '../tenants/limits.ts';
import { receiveWebhook, type TargetContext, type WebhookChoice } from '../webhooks/choose-target.ts';
import { issueOfOptions, issueOfPriority, priorityOf, requestedPriority, withinAllowance } from './allowed-options.ts';
import type { JobsContext } from './context.ts';
import { findSubmittedJob, type Submitted } from './find-submitted.ts';
import { canonical, submitJob } from './submit.ts';

/** Dependencies for accepting a job. */
export interface CreateJobContext extends SourceContext, TargetContext {
  jobs: JobsContext;
  secrets: Secrets;
  estimates: Pick<Estimates, 'arrived'>;
  /** The limits of the caller. */
  allowance: Allowance;
  tracing: Tracing;
  /** The span of the request. */
  traceparent: string | null;
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
 * Accepts a job: validates the input, stores bytes sent with the request, and inserts the job. The bytes are removed
 * again if the job is refused or if an earlier request created it. A repeated request returns its job even if the
 * limits of the caller are lower by now.
 */
export async function createJob(context: CreateJobContext, input: JobInput): Promise<Submitted> {
  const { tenantId, traceparent } = context;
  const attributes = { 'pagehive.tenant.id': encodeId('tenant', tenantId) };
  return await traced(
    context.tracing,
    'submit',
    { parent: traceparent, kind: 'PRODUCER', attributes },
    async (span) => {
      const submitted = await accept(context, input, span.traceparent);
      span.set({
        'pagehive.job.id': encodeId('job', submitted.job.id),
        'pagehive.deduplicated': submitted.deduplicated,
      });
      return submitted;
    },
  );
}

async function accept(context: CreateJobContext, input: JobInput, traceContext: string | null): Promise<Submitted> {
  const { allowance } = context;
  const { name = null, metadata = null, runAt = null, idempotencyKey = null } = input;
  const refusal = limitRefusal(allowance, input);
  if (refusal !== null && idempotencyKey === null) throw refusal;
  const { options, password, maxRetries } = resolveOptions(input.options);
  const webhook = await receiveWebhook(context, 'job', input.webhook);
  const source = await storeSource(context, await checkSource(context, input.source));
  try {
    const key = {
      tenantId: context.tenantId,
      idempotencyKey,
      fingerprint:
        idempotencyKey === null
          ? null
          : fingerprint(context, {
              source: await identity(context, source, input.source),
              options: chosenOptions(options),
              password,
              name,
              metadata,
              priority: requestedPriority(input.priority),
              maxRetries,
              runAt,
              webhook: input.webhook,
            }),
    };
    if (refusal !== null) {
      const submitted = await findSubmittedJob(context.jobs, key);
      if (submitted === null) throw refusal;
      await discardSource(context, source);
      return submitted;
    }
    const submitted = await submitJob(context.jobs, {
      ...key,
      source,
      options: withinAllowance(allowance, options),
      sealedPassword: password === null ? null : context.secrets.seal(passwordPurpose, password),
      name,
      metadata,
      priority: priorityOf(allowance, input.priority),
      maxRetries,
      webhook,
      runAt,
      quotas: allowance.quotas,
      traceContext,
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

/** Returns the error of options and a priority that exceed the limits of the caller; null if they do not. */
function limitRefusal(allowance: Allowance, { options, priority }: JobInput): RequestError | null {
  const found = [issueOfOptions(allowance, options, ['input', 'options']), issueOfPriority(allowance, priority)];
  const issues = found.filter((issue) => issue !== null);
  return issues.length === 0 ? null : new RequestError('BAD_USER_INPUT', { issues });
}

/** Returns a keyed hash of the input, which may contain a password and outlives the job. */
function fingerprint({ secrets }: Pick<CreateJobContext, 'secrets'>, input: unknown): string {
  return secrets.digest('idempotency', canonical(input));
}

/**
 * Returns what identifies the document of a source for idempotency: its bytes if they are known, otherwise its origin.
 */
async function identity(
  { writes, tenantId }: CreateJobContext,
  source: SourceOfJob,
  { url }: SourceInput,
): Promise<object> {
  if ('jobId' in source) return { job: source.jobId };
  if ('kind' in source) return source.sha256 === null ? { url } : { sha256: source.sha256 };
  // Another upload of the same file has another id.
  const where = { id: source.uploadId, tenantId };
  const upload = await writes.prisma.source.findFirst({ where, select: { sha256: true } });
  return upload?.sha256 ? { sha256: upload.sha256 } : source;
}
