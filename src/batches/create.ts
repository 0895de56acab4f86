import type { Secrets } from '../connections/secrets.ts';
import { createPauses } from '../documents/pauses.ts';
import type { SourceOfJob } from '../documents/sources.ts';
import { RequestError } from '../errors.ts';
import { encodeId } from '../ids.ts';
import { chosenOptions, type GivenOptions, passwordPurpose, resolveOptions } from '../job-row/options.ts';
import {
  issueOfOptions,
  issueOfPriority,
  priorityOf,
  requestedPriority,
  withinAllowance,
} from '../jobs/allowed-options.ts';
import type { JobsContext } from '../jobs/context.ts';
import { canonical } from '../jobs/submit.ts';
import { type Tracing, traced } from '../ops/tracing.ts';
import type { Allowance } from '../tenants/limits.ts';
import { receiveWebhook, type TargetContext, type WebhookChoice } from '../webhooks/choose-target.ts';
import {
  type BatchItemInput,
  type BatchSources,
  checkDocuments,
  checkSources,
  type DocumentsContext,
  discardSources,
  knownHash,
  storeSources,
} from './sources.ts';
import { type BatchItem, findSubmittedBatch, type SubmittedBatch, submitBatch } from './submit.ts';

/** Dependencies for accepting a batch. */
export interface CreateBatchContext extends DocumentsContext, TargetContext {
  jobs: JobsContext;
  secrets: Secrets;
  /** The limits of the caller. */
  allowance: Allowance;
  tracing: Tracing;
  /** The span of the request. */
  traceparent: string | null;
}

/** Documents and how to process them, as requested. */
export interface BatchInput {
  items: BatchItemInput[];
  name?: string | null;
  options?: GivenOptions | null;
  priority?: number | null;
  idempotencyKey?: string | null;
  webhook?: WebhookChoice | null;
}

/**
 * Accepts all jobs of a batch or none: checks all documents, stores bytes that came with the request, inserts the jobs.
 * A repeated request returns its batch even if the limits of the caller are lower by now.
 */
export async function createBatch(context: CreateBatchContext, input: BatchInput): Promise<SubmittedBatch> {
  const { tenantId, jobs, allowance } = context;
  const { name = null, idempotencyKey = null } = input;
  const checked = await checkSources(context, input.items);
  const fingerprint = idempotencyKey === null ? null : await fingerprintOf(context, input, checked);
  // A repeated request stores nothing and looks up no document: the documents may be deleted by now.
  const before = await findSubmittedBatch(jobs, { tenantId, idempotencyKey, fingerprint });
  if (before !== null) return before;
  checkLimits(allowance, input);
  const priority = priorityOf(allowance, input.priority);
  const webhook = await receiveWebhook(context, 'batch', input.webhook);
  await checkDocuments(context, checked);
  const sources = await storeSources(context, checked);
  try {
    const items = await jobsOf(context, input, sources);
    const { quotas } = allowance;
    const submission = { tenantId, name, items, priority, webhook, quotas, idempotencyKey, fingerprint };
    const attributes = { 'pagehive.tenant.id': encodeId('tenant', tenantId), 'pagehive.batch.jobs': items.length };
    const submitted = await traced(
      context.tracing,
      'submit',
      { parent: context.traceparent, kind: 'PRODUCER', attributes },
      (span) => submitBatch(jobs, { ...submission, traceContext: span.traceparent }),
    );
    if (submitted.deduplicated) await discardSources(context, sources);
    return submitted;
  } catch (error) {
    // If the connection broke, the rows may have been written, so the bytes stay.
    if (error instanceof RequestError) await discardSources(context, sources);
    throw error;
  }
}

/** Maximum issues of one error. */
const maxIssues = 100;

/** Refuses options and a priority that exceed the limits of the caller. One error names all of them. */
function checkLimits(allowance: Allowance, { options, priority, items }: BatchInput): void {
  const issues = [
    issueOfPriority(allowance, priority),
    issueOfOptions(allowance, options, ['input', 'options']),
    ...items.map((item, index) => issueOfOptions(allowance, item.options, ['input', 'items', index, 'options'])),
  ].filter((issue) => issue !== null);
  if (issues.length > 0) throw new RequestError('BAD_USER_INPUT', { issues: issues.slice(0, maxIssues) });
}

async function jobsOf(context: CreateBatchContext, input: BatchInput, sources: SourceOfJob[]): Promise<BatchItem[]> {
  const jobs: BatchItem[] = [];
  const pause = createPauses();
  for (const [index, item] of input.items.entries()) {
    await pause();
    const { options, password, maxRetries } = resolveOptions(input.options, item.options);
    const source = sources[index];
    if (source === undefined) throw new Error('an item of a batch has no source');
    jobs.push({
      source,
      options: withinAllowance(context.allowance, options),
      sealedPassword: password === null ? null : context.secrets.seal(passwordPurpose, password),
      name: item.name ?? null,
      metadata: item.metadata ?? null,
      maxRetries,
    });
  }
  return jobs;
}

/**
 * Returns a keyed hash of the input, which may contain passwords. Documents are compared by their bytes if these are
 * known.
 */
async function fingerprintOf(context: CreateBatchContext, input: BatchInput, sources: BatchSources): Promise<string> {
  const items: object[] = [];
  const pause = createPauses();
  for (const [index, item] of input.items.entries()) {
    await pause();
    const sha256 = await knownHash(sources.checked[index], sources);
    const { options, password, maxRetries } = resolveOptions(input.options, item.options);
    const { name, metadata } = item;
    const source = sha256 === null ? item.source : { sha256 };
    items.push({ source, options: chosenOptions(options), password, maxRetries, name, metadata });
  }
  const { name, webhook } = input;
  const priority = requestedPriority(input.priority);
  return context.secrets.digest('idempotency', canonical({ batch: items, name, priority, webhook }));
}
