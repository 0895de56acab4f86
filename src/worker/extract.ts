import { quarantineDocument } from '../documents/quarantine.ts';
import { imageRequest, passwordPurpose, storedOptions } from '../job-row/options.ts';
import type { Claim } from '../jobs/claim.ts';
import { completeJob } from '../jobs/lifecycle.ts';
import { type TraceSpan, traced } from '../ops/tracing.ts';
import type { EngineName } from '../pdf/model/document.ts';
import { engineKeys } from '../pdf/model/engine-keys.ts';
import type { ExtractionRequest, GroupEvent, OpenedEvent } from '../pdf/model/extraction.ts';
import { prepareOcr } from '../pdf/ocr/ocr-data.ts';
import { type PageToStore, storePages } from '../results/pages.ts';
import type { RunContext } from './context.ts';
import type { Deadlines } from './deadlines.ts';
import type { JobProgress } from './job-progress.ts';
import { persist } from './persist.ts';
import { storeFile } from './scratch.ts';

const tools = ['PDFIUM', 'PDFJS', 'OCR'] as const;

/** A document in storage. */
export interface LocalDocument {
  path: string;
  sha256: string;
  /** Keys of engines that crashed on it. */
  quarantined: string[];
  /** A folder for files extracted from it. */
  scratch: string;
}

/** The part of an attempt that concerns extraction. */
export interface Attempt {
  claim: Claim;
  progress: JobProgress;
  deadlines: Deadlines;
  signal: AbortSignal;
  /**
   * The engine responsible for a failure. Null before opening, and during OCR or rendering, where no other engine would
   * help.
   */
  engine: EngineName | null;
  span: TraceSpan;
}

/** What an extraction leaves for the completion of the job. */
interface Extracted {
  opened: OpenedEvent;
  /** The last group. */
  rest: PageToStore[];
}

/** Extracts the missing pages, stores them group by group, and completes the job with the last group. */
export async function extractPages(context: RunContext, attempt: Attempt, document: LocalDocument): Promise<void> {
  const parent = attempt.span.traceparent;
  const extracted = await traced(context.tracing, 'extract', { parent }, (span) =>
    extractGroups(context, attempt, document, span),
  );
  await traced(context.tracing, 'complete', { parent }, () => complete(context, attempt, extracted));
}

async function extractGroups(
  context: RunContext,
  attempt: Attempt,
  document: LocalDocument,
  span: TraceSpan,
): Promise<Extracted> {
  const { claim, progress, deadlines, signal } = attempt;
  const parent = span.traceparent;
  progress.update({ stage: 'OPEN' });
  let opened: OpenedEvent | null = null;
  let pagesDone = 0;
  let rest: PageToStore[] = [];
  let reading = context.tracing.start('open', { parent });
  using _ = { [Symbol.dispose]: () => reading.end() };
  for await (const event of context.extractor.extract(await requestFor(context, claim, document), signal)) {
    deadlines.progressed(event.type === 'reading' ? event.pages : 1);
    if (event.type === 'reading') {
      // The engine responsible if the document never opens: a retry uses the other one.
      if (opened === null && event.engine !== 'OCR') attempt.engine = event.engine;
      if (event.pagesReady !== null) {
        attempt.engine = null;
        progress.reading(pagesDone + event.pagesReady);
      }
      if (event.drawing !== undefined) {
        // Rendering has its own limit: beyond it, the page has no image, but the job does not fail.
        deadlines.pause();
        attempt.engine = null;
        progress.drawing();
      }
    } else if (event.type === 'crashed') {
      opened = null;
      reading.fail('PDF_CRASHES_EXTRACTOR');
      reading.end();
      reading = context.tracing.start('open', { parent });
      const finding = { sha256: document.sha256, engineKey: event.key, detail: event.detail };
      await persist(() => quarantineDocument(context.jobs, claim, finding), signal);
    } else if (event.type === 'opened') {
      opened = event;
      rest = [];
      pagesDone = event.pagesStored;
      attempt.engine = event.engine;
      progress.opened(event);
      span.set({ 'pagehive.engine': event.engine, 'pagehive.pages': event.pagesTotal });
      reading.end();
      reading = context.tracing.start('read pages', { parent });
    } else if (event.type === 'group' && opened !== null) {
      const { pagesTotal, engine, key: storedBy } = opened;
      const { first, last } = event.range;
      reading.set({ 'pagehive.engine': event.engine, 'pagehive.pages.first': first, 'pagehive.pages.last': last });
      reading.end();
      pagesDone += event.pages.length;
      context.metrics.pagesExtracted(engine, event.pages.length);
      attempt.engine = engine;
      const { seq, percent } = progress.update({ stage: 'EXTRACT', pagesDone });
      deadlines.pause();
      const pages = await withImages(context, claim, event, signal);
      // The last group is stored with the final transition, so that a job of one group costs one write.
      if (pagesDone >= pagesTotal) rest = pages;
      else {
        const state = { seq, percent, pagesDone, pagesTotal };
        await traced(context.tracing, 'store pages', { parent }, () =>
          persist(() => storePages(context.jobs, claim, pages, { engine, storedBy }, state), signal),
        );
        reading = context.tracing.start('read pages', { parent });
      }
      deadlines.progressed();
    }
  }
  if (opened === null) throw new Error('the extractor ended without opening the document');
  return { opened, rest };
}

async function complete(context: RunContext, attempt: Attempt, { opened, rest }: Extracted): Promise<void> {
  const { claim, progress, deadlines, signal } = attempt;
  progress.update({ stage: 'STORE' });
  deadlines.pause();
  const { facts, attachmentsFile, engine, key: storedBy, pagesTotal } = opened;
  const attachmentsKey = attachmentsFile === null ? null : await storeFile(context, claim, attachmentsFile, signal);
  const completion = { facts: { ...facts, attachmentsKey }, engine, storedBy, pagesTotal, rest };
  await persist(() => completeJob(context.jobs, claim, completion), signal);
  progress.completed();
}

/** Stores the images of a group and returns its pages with their locations. */
async function withImages(
  context: RunContext,
  claim: Claim,
  { pages, images }: GroupEvent,
  signal: AbortSignal,
): Promise<PageToStore[]> {
  if (images === null) return pages;
  const key = images.file === null ? null : await storeFile(context, claim, images.file, signal);
  return pages.map((page, index) => {
    const made = images.pages[index];
    return made === undefined ? page : { ...page, images: { ...made, key } };
  });
}

async function requestFor(context: RunContext, claim: Claim, document: LocalDocument): Promise<ExtractionRequest> {
  const options = storedOptions(claim.options);
  return {
    owner: claim.tenantId,
    path: document.path,
    password: claim.sealedPassword === null ? null : context.secrets.open(passwordPurpose, claim.sealedPassword),
    pages: options.pages,
    engine: options.engine,
    keepHeadersFooters: options.keepHeadersFooters,
    keepHyphenation: options.keepHyphenation,
    requireAllPages: options.requireAllPages,
    ocr: options.ocr ? await prepareOcr(options.ocrLanguages, context.ocrData) : null,
    memoryBytes: options.memoryBytes,
    maxPages: context.limits.pages,
    scratch: document.scratch,
    attachmentBytes: context.limits.attachmentBytes,
    images: imageRequest(options),
    stored: claim.storedBy === null ? null : { key: claim.storedBy, pages: claim.stored, unreadable: claim.unreadable },
    // The current versions of engines that crashed on these bytes.
    avoid: tools.filter((tool) => document.quarantined.includes(engineKeys[tool])),
    skip: [],
    lastResort: claim.exhaustedEngine,
    fresh: claim.resourceFailures > 0,
  };
}
