import type { ExtractionEvent, ExtractionRequest, Reading } from '../model/extraction.ts';
import { type Exit, isOwnFault } from './extractor-child.ts';

/** An extraction lost its process while it drew pages: it goes on, without drawing those once more in the same way. */
export interface Undrawn {
  type: 'undrawn';
  left: ExtractionRequest;
}

/** What a process was drawing when it died of it; null if it lives, or died of something else. */
export function undrawnBy(reading: Reading | null, answer: Exit | { type: string }): Reading | null {
  return reading?.drawing !== undefined && !('type' in answer) && isOwnFault(answer) ? reading : null;
}

/** `spentMs` is what the process that is gone has spent on drawing: it counts like that of the next one. */
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

/** What counts as stored once the event was taken. */
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
