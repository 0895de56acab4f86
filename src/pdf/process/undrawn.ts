import type { ExtractionEvent, ExtractionRequest, Reading } from '../model/extraction.ts';
import { type Exit, isOwnFault } from './exit.ts';

/**
 * An extraction lost its process while it drew pages. It continues without drawing those pages in the same way again.
 */
export interface Undrawn {
  type: 'undrawn';
  left: ExtractionRequest;
}

/** Returns what a process was drawing when that killed it; null if it lives, or died for another reason. */
export function undrawnBy(reading: Reading | null, answer: Exit | { type: string }): Reading | null {
  return reading?.drawing !== undefined && !('type' in answer) && isOwnFault(answer) ? reading : null;
}

/**
 * Returns the remaining request without some drawings. `spentMs` is the time that the dead process spent on drawing,
 * which also counts.
 */
export function withoutDrawing(
  request: ExtractionRequest,
  { engine, drawing }: Reading,
  spentMs: number,
): ExtractionRequest {
  const { images } = request;
  if (images === null || drawing === undefined || engine === 'OCR') return request;
  const avoid = [...images.avoid, { engine, pages: drawing }];
  return { ...request, images: { ...images, seconds: images.seconds - spentMs / 1000, avoid } };
}

/** Returns the stored pages after an event was taken. */
export function withTaken(stored: ExtractionRequest['stored'], event: ExtractionEvent): ExtractionRequest['stored'] {
  if (event.type === 'opened') {
    return stored?.key === event.key ? stored : { key: event.key, pages: [], unreadable: [] };
  }
  if (event.type !== 'group' || stored === null) return stored;
  const unreadable = event.pages.filter(({ failure }) => failure !== null).map(({ number }) => number);
  return {
    ...stored,
    pages: [...stored.pages, ...event.pages.map(({ number }) => ({ first: number, last: number }))],
    unreadable: [...stored.unreadable, ...unreadable],
  };
}
