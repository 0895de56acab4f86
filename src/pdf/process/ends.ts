import { engineKeys } from '../model/engine-keys.ts';
import { type CrashedEvent, type ExtractionRequest, type SkippedPage, usableEngines } from '../model/extraction.ts';
import { type Exit, isOwnFault } from './exit.ts';
import type { ExtractorChild } from './extractor-child.ts';
import { ExtractorKilledError } from './processes.ts';

/** Describes an exit in a few words. */
export function describe({ code, signal, violation }: Exit): string {
  return violation ?? signal ?? `exit code ${code}`;
}

/** Returns the page that killed a process by its own fault; null if it lives, or died for another reason. */
export function lostBy({ progress: { current } }: ExtractorChild, answer: Exit | { type: string }): SkippedPage | null {
  if ('type' in answer || current === null || current.page === 0 || !isOwnFault(answer)) return null;
  return { ...current, failure: 'CRASH' };
}

/** Throws if the document is not responsible: a kill from outside, or a process that died before it started with it. */
export function crashOf(request: ExtractionRequest, child: ExtractorChild, exit: Exit): CrashedEvent {
  const [first, ...others] = usableEngines(request);
  const isBlamed = child.progress.reading !== null || exit.violation !== undefined;
  if (!isBlamed || first === undefined || !isOwnFault(exit)) throw new ExtractorKilledError(exit.signal);
  const { engine, page } = child.progress.reading ?? { engine: first, page: null };
  const crashed = engine === 'OCR' || others.includes(engine) ? engine : first;
  return { type: 'crashed', engine: crashed, key: engineKeys[crashed], page, detail: describe(exit) };
}
