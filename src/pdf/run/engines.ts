import { type LiteparseEngine, loadLiteparse } from '../liteparse/liteparse-engine.ts';
import { Pdfium } from '../pdfium/pdfium.ts';
import type { PdfjsDocument } from '../pdfjs/pdfjs-document.ts';
import type { PdfjsThread } from '../pdfjs/pdfjs-thread.ts';

export interface Engines {
  /** An instance of PDFium that has not aborted. */
  pdfium(): Promise<Pdfium>;
  /** pdfjs in a thread, started when it is first needed. */
  pdfjs(): Promise<PdfjsThread>;
  /** Opens a document by pdfjs. Throws as `PdfjsDocument.open` does. */
  openByPdfjs(bytes: Uint8Array, password: string | null, milliseconds: number | null): Promise<PdfjsDocument>;
  /** Another thread of pdfjs, to draw with. */
  drawing(): Promise<PdfjsThread>;
  /** What OCR is done with, loaded when it is first needed; null where it has no binary for this machine. */
  ocr(): Promise<LiteparseEngine | null>;
}

/** Loads PDFium, so that no document waits for it. */
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
      // A document may have cost the last one.
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

/** Loads pdfjs, which takes memory and time at the start that most documents do not need. */
async function loadPdfjs() {
  // Its build for Node replaces `push` of arrays, for a detail that nobody here needs, by one that slows all of the extraction down.
  const { push } = Array.prototype;
  const [{ PdfjsDocument }, { PdfjsThread }] = await Promise.all([
    import('../pdfjs/pdfjs-document.ts'),
    import('../pdfjs/pdfjs-thread.ts'),
  ]);
  Array.prototype.push = push;
  return { PdfjsDocument, PdfjsThread };
}
