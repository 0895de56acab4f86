import { Arrival } from '../documents/arrival.ts';
import { readQuarantine } from '../documents/quarantine.ts';
import { recordDownload } from '../documents/record-download.ts';
import { withCredentials } from '../documents/url-credentials.ts';
import { JobError } from '../errors.ts';
import { encodeId } from '../ids.ts';
import { ClaimLostError } from '../job-row/fence.ts';
import { storedOptions } from '../job-row/options.ts';
import type { Claim } from '../jobs/claim.ts';
import { failJob, giveBackJob } from '../jobs/lifecycle.ts';
import { withLogFields } from '../ops/log-fields.ts';
import { type TraceSpan, traced } from '../ops/tracing.ts';
import { ExtractorKilledError } from '../pdf/process/processes.ts';
import { PagesLostError } from '../results/pages.ts';
import { StorageError } from '../storage/storage.ts';
import { readQuotas } from '../tenants/tenants.ts';
import type { RunContext } from './context.ts';
import { Deadlines } from './deadlines.ts';
import { downloadDocument } from './download.ts';
import { type Attempt, extractPages } from './extract.ts';
import type { JobProgress } from './job-progress.ts';
import { DatabaseDownError, persist } from './persist.ts';
import { openScratch } from './scratch.ts';

/** The worker shuts down: the job is given back without using a retry. */
export class DrainError extends Error {
  constructor() {
    super('the worker is shutting down');
    this.name = 'DrainError';
  }
}

const endTimeoutMs = 3_000;

/** The outcome of an attempt. LOST: the claim ended, so nothing was written. */
export type Outcome = 'COMPLETED' | 'FAILED' | 'GIVEN_BACK' | 'LOST';

/**
 * Runs one attempt at a job: download, extract, store, finish. Resolves when the attempt has ended in any way. Every
 * end except a lost claim is written to the row. `signal` carries the reason to stop: ClaimLostError or DrainError.
 */
export function runJob(
  context: RunContext,
  claim: Claim,
  progress: JobProgress,
  signal: AbortSignal,
): Promise<Outcome> {
  const fields = { job: encodeId('job', claim.id), attempt: claim.attempt };
  return withLogFields(fields, () => runAttempt(context, claim, progress, signal));
}

async function runAttempt(
  context: RunContext,
  claim: Claim,
  progress: JobProgress,
  signal: AbortSignal,
): Promise<Outcome> {
  const { logger } = context;
  using deadlines = new Deadlines(storedOptions(claim.options));
  const span = startAttempt(context, claim);
  const attempt: Attempt = {
    claim,
    progress,
    deadlines,
    signal: AbortSignal.any([signal, deadlines.signal]),
    engine: null,
    span,
  };
  try {
    await run(context, attempt);
    logger.debug('completed');
    span.set({ 'pagehive.outcome': 'COMPLETED' });
    return 'COMPLETED';
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : error;
    span.fail(isNoFailure(reason) ? reason.name : toJobError(reason).code);
    if (!(reason instanceof ClaimLostError)) return await writeEnd(context, attempt, reason, logger, signal);
    logger.info('stopped: the claim is lost');
    return 'LOST';
  } finally {
    span.end();
    progress.end();
  }
}

/** Starts the span of an attempt, in the trace that the submission of the job began. */
function startAttempt({ tracing }: RunContext, claim: Claim): TraceSpan {
  const parent = claim.traceContext;
  const attributes = {
    'pagehive.job.id': encodeId('job', claim.id),
    'pagehive.tenant.id': encodeId('tenant', claim.tenantId),
    'pagehive.attempt': claim.attempt,
  };
  if (claim.attempt === 1) {
    const wait = tracing.start('wait', { parent, attributes, startedAt: claim.createdAt });
    wait.end(claim.startedAt ?? undefined);
  }
  return tracing.start('attempt', { parent, kind: 'CONSUMER', attributes });
}

/** Records why an attempt ended early, even when it was aborted: only a lost claim leaves nothing to write. */
async function writeEnd(
  context: RunContext,
  { claim, engine, progress }: Attempt,
  reason: unknown,
  logger: RunContext['logger'],
  stop: AbortSignal,
): Promise<Outcome> {
  const timeout = someSecondsAfter(stop);
  try {
    if (reason instanceof DrainError || reason instanceof DatabaseDownError) {
      const { status } = await persist(() => giveBackJob(context.jobs, claim), timeout);
      logger.info({ reason: reason.message, status }, 'given back');
      return status === 'PENDING' ? 'GIVEN_BACK' : 'FAILED';
    }
    if (reason instanceof PagesLostError) {
      const { status } = await persist(() => giveBackJob(context.jobs, claim, { discardPages: true }), timeout);
      logger.warn({ status }, 'given back: stored pages are missing');
      return status === 'PENDING' ? 'GIVEN_BACK' : 'FAILED';
    }
    const { code, message, page, retryAfterSeconds } = toJobError(reason);
    if (code === 'INTERNAL') logger.error({ err: reason }, 'failed unexpectedly');
    else logger.info({ code }, 'failed');
    await persist(() => {
      const failure = { code, message, page, engine, stage: progress.state.stage, retryAfterSeconds };
      return failJob(context.jobs, claim, failure);
    }, timeout);
    return 'FAILED';
  } catch (late) {
    // The claim was lost meanwhile, or the database stayed down: the lease expires and another worker takes over.
    if (!(late instanceof ClaimLostError)) logger.error({ err: late }, 'the end of an attempt could not be written');
    return 'LOST';
  }
}

/** Allows a few seconds after a stop to write the end: a shutdown does not wait for a database that is down. */
function someSecondsAfter(stop: AbortSignal): AbortSignal {
  const controller = new AbortController();
  const begin = () => void setTimeout(() => controller.abort(stop.reason), endTimeoutMs).unref();
  if (stop.aborted) begin();
  else stop.addEventListener('abort', begin, { once: true });
  return controller.signal;
}

/** Whether an attempt ended early without a failure of its job. */
function isNoFailure(reason: unknown): reason is Error {
  return [ClaimLostError, DrainError, DatabaseDownError, PagesLostError].some((each) => reason instanceof each);
}

function toJobError(error: unknown): JobError {
  if (error instanceof JobError) return error;
  if (error instanceof ExtractorKilledError) return new JobError('EXTRACTOR_KILLED', { cause: error });
  if (error instanceof StorageError) return new JobError('STORAGE_UNAVAILABLE', { cause: error });
  return new JobError('INTERNAL', { cause: error });
}

async function run(context: RunContext, attempt: Attempt): Promise<void> {
  const { sourceStorageKey, sourceSha256, quarantined } = attempt.claim;
  const source =
    sourceStorageKey !== null && sourceSha256 !== null
      ? { storageKey: sourceStorageKey, sha256: sourceSha256, quarantined }
      : await traced(context.tracing, 'download', { parent: attempt.span.traceparent }, () =>
          download(context, attempt),
        );
  await using scratch = openScratch(context, attempt.claim);
  await context.storage.withLocalFile(source.storageKey, (path) =>
    extractPages(context, attempt, { ...source, path, scratch: scratch.path }),
  );
}

/**
 * Stores the bytes of a URL under a key of this job and revision, so that a download that lost its claim cannot disturb
 * the current one. If several jobs download one document at once, all use the first download.
 */
async function download(context: RunContext, { claim, progress, deadlines, signal }: Attempt) {
  if (claim.sourceUrl === null) throw new Error('a job has neither bytes nor a URL');
  progress.update({ stage: 'DOWNLOAD' });
  const storageKey = `sources/${claim.sourceId}/${claim.id}-${claim.revision}.pdf`;
  const url = withCredentials(context.secrets, claim.sourceUrl, claim.sealedCredentials);
  await using arrival = await persist(() => openArrival(context, claim), signal);
  const downloaded = await downloadDocument(url, {
    storage: context.storage,
    key: storageKey,
    limits: context.limits,
    guard: context.guard,
    signal,
    reservation: arrival && {
      get reserved() {
        return arrival.reserved;
      },
      reserve: (bytes, wanted) => persist(() => arrival.reserve(bytes, wanted), signal),
      confirm: (bytes) => persist(() => arrival.confirm(bytes), signal),
    },
    onProgress(bytesDone, bytesTotal) {
      deadlines.progressed();
      progress.update({ bytesDone, bytesTotal });
    },
  });
  const download = { storageKey, contentType: null, ...downloaded };
  const stored = await persist(() => recordDownload(context.jobs, claim, download), signal);
  // If that fails, the janitor removes it.
  if (stored.storageKey !== storageKey) await context.storage.remove(storageKey).catch(() => undefined);
  const quarantined = await persist(() => readQuarantine(context.jobs, claim.tenantId, stored.sha256), signal);
  return { ...stored, quarantined };
}

/** Returns null if no quota limits the bytes of the tenant. Jobs with the same document may download it at once. */
async function openArrival(context: RunContext, { tenantId, sourceId }: Claim): Promise<Arrival | null> {
  const { database } = context.jobs;
  const { bytesStored: quota } = await readQuotas(database, context.clientLimits, tenantId);
  if (quota === null) return null;
  return new Arrival({ database, within: (run) => run(), tenantId, sourceId, quota, isAlone: false });
}
