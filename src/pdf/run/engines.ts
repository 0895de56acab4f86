import { type LiteparseEngine, loadLiteparse } from '../liteparse/liteparse-engine.ts';
import { Pdfium } from '../pdfium/pdfium.ts';
import { PdfjsThread } from '../pdfjs/pdfjs-thread.ts';

export interface Engines {
  /** An instance of PDFium that has not aborted. */
  pdfium(): Promise<Pdfium>;
  /** pdfjs in a thread, started when it is first needed. */
  readonly pdfjs: PdfjsThread;
  /** Another thread, to draw with. */
  readonly drawing: PdfjsThread;
  /** What OCR is done with, loaded when it is first needed; null where it has no binary for this machine. */
  ocr(): Promise<LiteparseEngine | null>;
}

/** Loads PDFium, so that no document waits for it. */
export async function loadEngines(): Promise<Engines> {
  let pdfium = await Pdfium.start();
  let thread: PdfjsThread | null = null;
  let drawing: PdfjsThread | null = null;
  let ocr: Promise<LiteparseEngine | null> | null = null;
  return {
    async pdfium() {
      // A document may have cost the last one.
      if (!pdfium.alive) pdfium = await Pdfium.start();
      return pdfium;
    },
    get pdfjs() {
      if (thread?.alive !== true) thread = new PdfjsThread();
      return thread;
    },
    get drawing() {
      if (drawing?.alive !== true) drawing = new PdfjsThread();
      return drawing;
    },
    async ocr() {
      ocr ??= loadLiteparse();
      return await ocr;
    },
  };
}
