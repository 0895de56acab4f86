import { quarantineDocument } from '../documents/quarantine.ts';
import { imageRequest, passwordPurpose, storedOptions } from '../job-row/options.ts';
import type { Claim } from '../jobs/claim.ts';
import { completeJob } from '../jobs/lifecycle.ts';
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

/** A document as it lies in storage. */
export interface LocalDocument {
  path: string;
  sha256: string;
  /** Keys of engines that crashed on it. */
  quarantined: string[];
  /** A folder for what comes out of it. */
  scratch: string;
}

/** An attempt as far as it concerns extraction. */
export interface Attempt {
  claim: Claim;
  progress: JobProgress;
  deadlines: Deadlines;
  signal: AbortSignal;
  /** What opened the document; null before, and while OCR reads pages or images are drawn: then no other engine would do better. */
  engine: EngineName | null;
}

/** Extracts the pages that are not stored yet, stores them group by group, and completes the job with the last of them. */
export async function extractPages(context: RunContext, attempt: Attempt, document: LocalDocument): Promise<void> {
  const { claim, progress, deadlines, signal } = attempt;
  progress.update({ stage: 'OPEN' });
  let opened: OpenedEvent | null = null;
  let pagesDone = 0;
  let rest: PageToStore[] = [];
  for await (const event of context.extractor.extract(await requestFor(context, claim, document), signal)) {
    deadlines.progressed(event.type === 'reading' ? event.pages : 1);
    if (event.type === 'reading') {
      // Who is to blame if the document is never open: a retry goes to the other one.
      if (opened === null && event.engine !== 'OCR') attempt.engine = event.engine;
      if (event.pagesReady !== null) {
        attempt.engine = null;
        progress.reading(pagesDone + event.pagesReady);
      }
      if (event.drawing !== undefined) {
        // It has a limit of its own, past which the page has no image: no reason for the job to fail.
        deadlines.pause();
        attempt.engine = null;
        progress.drawing();
      }
    } else if (event.type === 'crashed') {
      opened = null;
      const finding = { sha256: document.sha256, engineKey: event.key, detail: event.detail };
      await persist(() => quarantineDocument(context.jobs, claim, finding), signal);
    } else if (event.type === 'opened') {
      opened = event;
      rest = [];
      pagesDone = event.pagesStored;
      attempt.engine = event.engine;
      progress.opened(event);
    } else if (event.type === 'group' && opened !== null) {
      const { pagesTotal, engine, key: storedBy } = opened;
      pagesDone += event.pages.length;
      attempt.engine = engine;
      const { seq, percent } = progress.update({ stage: 'EXTRACT', pagesDone });
      deadlines.pause();
      const pages = await withImages(context, claim, event, signal);
      // The last group travels with the final transition: a job of one group costs one write.
      if (pagesDone >= pagesTotal) rest = pages;
      else {
        const state = { seq, percent, pagesDone, pagesTotal };
        await persist(() => storePages(context.jobs, claim, pages, { engine, storedBy }, state), signal);
      }
      deadlines.progressed();
    }
  }
  if (opened === null) throw new Error('the extractor ended without opening the document');
  progress.update({ stage: 'STORE' });
  deadlines.pause();
  const { facts, attachmentsFile, engine, key: storedBy, pagesTotal } = opened;
  const attachmentsKey = attachmentsFile === null ? null : await storeFile(context, claim, attachmentsFile, signal);
  const completion = { facts: { ...facts, attachmentsKey }, engine, storedBy, pagesTotal, rest };
  await persist(() => completeJob(context.jobs, claim, completion), signal);
  progress.completed();
}

/** The pages of a group with where their images are, which are in storage then. */
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
    path: document.path,
    password: claim.sealedPassword === null ? null : context.secrets.open(passwordPurpose, claim.sealedPassword),
    pages: options.pages,
    engine: options.engine,
    keepHeadersFooters: options.keepHeadersFooters,
    keepHyphenation: options.keepHyphenation,
    requireAllPages: options.requireAllPages,
    ocr: options.ocr ? await prepareOcr(options.ocrLanguages, context.ocrData) : null,
    maxPages: context.limits.pages,
    scratch: document.scratch,
    attachmentBytes: context.limits.attachmentBytes,
    images: imageRequest(options),
    stored: claim.storedBy === null ? null : { key: claim.storedBy, pages: claim.stored, unreadable: claim.unreadable },
    // Those that crashed on these bytes in their present version.
    avoid: tools.filter((tool) => document.quarantined.includes(engineKeys[tool])),
    skip: [],
    lastResort: claim.exhaustedEngine,
    fresh: claim.resourceFailures > 0,
  };
}
