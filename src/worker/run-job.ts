import type { Limits } from '../config.ts';
import type { Secrets } from '../connections/secrets.ts';
import { JobError } from '../errors.ts';
import { encodeId } from '../ids.ts';
import { type Claim, ClaimLostError } from '../jobs/claim.ts';
import type { JobsContext } from '../jobs/context.ts';
import { completeJob, failJob, giveBackJob, recordDownload } from '../jobs/lifecycle.ts';
import { passwordPurpose, storedOptions } from '../jobs/options.ts';
import { storePages } from '../jobs/pages.ts';
import type { Logger } from '../ops/logger.ts';
import type { DocumentFacts, EngineName, ExtractedPage } from '../pdf/document.ts';
import type { Extractor } from '../pdf/extraction.ts';
import { ExtractorKilledError } from '../pdf/extractor-pool.ts';
import { type Storage, StorageError } from '../storage/storage.ts';
import { Deadlines } from './deadlines.ts';
import { downloadDocument } from './download.ts';
import type { JobProgress } from './job-progress.ts';
import { persist } from './persist.ts';

export interface RunContext {
  jobs: JobsContext;
  storage: Storage;
  extractor: Extractor;
  secrets: Secrets;
  limits: Limits;
  privateHostsAllowed: string[];
  logger: Logger;
}

/** The worker shuts down: the job goes back without costing a retry. */
export class DrainError extends Error {
  constructor() {
    super('the worker is shutting down');
    this.name = 'DrainError';
  }
}

/**
 * One attempt at a job: download, extract, store, finish. Resolves when the attempt has ended, however it did; every end
 * but a lost claim is written to the row. `signal` carries the reason to stop: ClaimLostError or DrainError.
 */
export async function runJob(
  context: RunContext,
  claim: Claim,
  progress: JobProgress,
  signal: AbortSignal,
): Promise<void> {
  const logger = context.logger.child({ job: encodeId('job', claim.id), attempt: claim.attempt });
  // The end must be written even when the attempt was stopped; only a lost claim leaves nothing to write.
  const end = (write: () => Promise<unknown>) => persist(write, new AbortController().signal);
  try {
    await attempt(context, claim, progress, signal);
    logger.info('completed');
  } catch (error) {
    const reason: unknown = signal.aborted ? signal.reason : error;
    try {
      if (reason instanceof ClaimLostError) {
        logger.info('stopped: the claim is lost');
      } else if (reason instanceof DrainError) {
        await end(() => giveBackJob(context.jobs, claim));
        logger.info('given back');
      } else {
        const failure = toJobError(reason);
        if (failure.code === 'INTERNAL') logger.error({ err: reason }, 'failed unexpectedly');
        else logger.info({ code: failure.code }, 'failed');
        await end(() => failJob(context.jobs, claim, failure));
      }
    } catch (late) {
      // The claim was lost meanwhile, or the database stayed away: the lease runs out and somebody else goes on.
      if (!(late instanceof ClaimLostError)) logger.error({ err: late }, 'the end of an attempt could not be written');
    }
  } finally {
    progress.end();
  }
}

function toJobError(error: unknown): JobError {
  if (error instanceof JobError) return error;
  if (error instanceof ExtractorKilledError) return new JobError('EXTRACTOR_KILLED', { cause: error });
  if (error instanceof StorageError) return new JobError('STORAGE_UNAVAILABLE', { cause: error });
  return new JobError('INTERNAL', { cause: error });
}

async function attempt(context: RunContext, claim: Claim, progress: JobProgress, signal: AbortSignal): Promise<void> {
  const options = storedOptions(claim.options);
  using deadlines = new Deadlines(options);
  const stop = AbortSignal.any([signal, deadlines.signal]);
  const storageKey = claim.sourceStorageKey ?? (await download(context, claim, progress, deadlines, stop));
  await context.storage.withLocalFile(storageKey, (path) => extract(context, claim, path, progress, deadlines, stop));
}

/** The bytes of a URL are stored under a key of this revision: a loser's download cannot disturb the winner's. */
async function download(
  context: RunContext,
  claim: Claim,
  progress: JobProgress,
  deadlines: Deadlines,
  signal: AbortSignal,
): Promise<string> {
  if (claim.sourceUrl === null) throw new Error('a job has neither bytes nor a URL');
  progress.update({ stage: 'DOWNLOAD' });
  const storageKey = `sources/${claim.sourceId}/${claim.revision}.pdf`;
  const downloaded = await downloadDocument(claim.sourceUrl, {
    storage: context.storage,
    key: storageKey,
    limits: context.limits,
    privateHostsAllowed: context.privateHostsAllowed,
    signal,
    onProgress(bytesDone, bytesTotal) {
      deadlines.progressed();
      progress.update({ bytesDone, bytesTotal });
    },
  });
  await persist(() => recordDownload(context.jobs, claim, { storageKey, contentType: null, ...downloaded }), signal);
  return storageKey;
}

async function extract(
  context: RunContext,
  claim: Claim,
  path: string,
  progress: JobProgress,
  deadlines: Deadlines,
  signal: AbortSignal,
): Promise<void> {
  const options = storedOptions(claim.options);
  progress.update({ stage: 'OPEN' });
  const request = {
    path,
    password: claim.sealedPassword === null ? null : context.secrets.open(passwordPurpose, claim.sealedPassword),
    pages: options.pages,
    engine: options.engine,
    keepHeadersFooters: options.keepHeadersFooters,
    maxPages: context.limits.pages,
    stored: claim.stored,
  };
  let facts: DocumentFacts | null = null;
  let engine: EngineName = 'PDFJS';
  let pagesTotal = 0;
  let pagesDone = claim.pagesDone;
  let rest: ExtractedPage[] = [];
  for await (const event of context.extractor.extract(request, signal)) {
    deadlines.progressed();
    engine = event.engine;
    if (event.type === 'opened') {
      facts = event.facts;
      pagesTotal = event.pagesTotal;
      progress.update({ stage: 'EXTRACT', pagesTotal, pagesDone });
      continue;
    }
    pagesDone += event.pages.length;
    const state = progress.update({ pagesDone });
    // The last group travels with the final transition: a job of one group costs one write.
    if (pagesDone >= pagesTotal) rest = event.pages;
    else {
      const { seq, percent } = state;
      await persist(
        () => storePages(context.jobs, claim, event.pages, engine, { seq, percent, pagesDone, pagesTotal }),
        signal,
      );
    }
  }
  if (facts === null) throw new Error('the extractor ended without opening the document');
  progress.update({ stage: 'STORE' });
  const completion = { facts, engine, pagesTotal, rest };
  await persist(() => completeJob(context.jobs, claim, completion), signal);
}
