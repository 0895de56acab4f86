import { type LiteparseEngine, loadLiteparse } from '../liteparse/liteparse-engine.ts';
import { PdfjsThread } from '../pdfjs/pdfjs-thread.ts';

export interface Engines {
  /** Null where it has no binary for this machine. */
  readonly liteparse: LiteparseEngine | null;
  readonly pdfjs: PdfjsThread;
  /** Another one, to draw with: started when it is asked for. */
  readonly drawing: PdfjsThread;
}

/** Loads both engines, so that no document waits for it. */
export async function loadEngines(): Promise<Engines> {
  let thread = new PdfjsThread();
  let drawing: PdfjsThread | null = null;
  const [liteparse] = await Promise.all([loadLiteparse(), thread.ready()]);
  return {
    liteparse,
    get pdfjs() {
      // A document may have cost the last one.
      if (!thread.alive) {
        thread = new PdfjsThread();
      }
      return thread;
    },
    get drawing() {
      if (drawing?.alive !== true) {
        drawing = new PdfjsThread();
      }
      return drawing;
    },
  };
}
