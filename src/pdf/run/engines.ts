import { type LiteparseEngine, loadLiteparse } from '../liteparse/liteparse-engine.ts';
import { Pdfium } from '../pdfium/pdfium.ts';
import type { PdfjsDocument } from '../pdfjs/pdfjs-document.ts';
import type { PdfjsThread } from '../pdfjs/pdfjs-thread.ts';

export interface Engines {
  /** An instance of PDFium that has not aborted. */
  pdfium(): Promise<Pdfium>;
  /** pdfjs in a thread, started when it is first needed. */
  pdfjs(): Promise<PdfjsThread>;
  /** Opens a document with pdfjs. Throws as `PdfjsDocument.open` does. */
  openByPdfjs(bytes: Uint8Array, password: string | null, milliseconds: number | null): Promise<PdfjsDocument>;
  /** Starts another pdfjs thread for drawing. */
  drawing(): Promise<PdfjsThread>;
  /** Loads OCR when it is first needed; null if it has no binary for this machine. */
  ocr(): Promise<LiteparseEngine | null>;
}

/** Loads PDFium in advance, so that no document waits for it. */
export async function loadEngines(): Promise<Engines> {
  let pdfium = await Pdfium.start();
  let thread: PdfjsThread | null = null;
  let drawing: PdfjsThread | null = null;
  let ocr: Promise<LiteparseEngine | null> | null = null;
  const startPdfjs = async () => {
    const { PdfjsThread } = await loadPdfjs();
    if (thread?.alive !== true) thread = new PdfjsThread();
    return thread;
  };
  return {
    async pdfium() {
      // A document may have crashed the previous one.
      if (!pdfium.alive) pdfium = await Pdfium.start();
      return pdfium;
    },
    pdfjs: startPdfjs,
    async openByPdfjs(bytes, password, milliseconds) {
      const { PdfjsDocument } = await loadPdfjs();
      return await PdfjsDocument.open(await startPdfjs(), bytes, password, milliseconds);
    },
    async drawing() {
      const { PdfjsThread } = await loadPdfjs();
      if (drawing?.alive !== true) drawing = new PdfjsThread();
      return drawing;
    },
    async ocr() {
      ocr ??= loadLiteparse();
      return await ocr;
    },
  };
}

/** Loads pdfjs on demand: it takes memory and start-up time, and most documents do not need it. */
async function loadPdfjs() {
  // For a feature not needed here, its build for Node replaces `Array.prototype.push`, which slows the whole
  // extraction.
  const { push } = Array.prototype;
  const [{ PdfjsDocument }, { PdfjsThread }] = await Promise.all([
    import('../pdfjs/pdfjs-document.ts'),
    import('../pdfjs/pdfjs-thread.ts'),
  ]);
  Array.prototype.push = push;
  return { PdfjsDocument, PdfjsThread };
}
