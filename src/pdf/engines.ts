import { type LiteparseEngine, loadLiteparse } from './liteparse-engine.ts';
import { PdfjsThread } from './pdfjs-thread.ts';

/** Both engines, loaded before the first document so that no job waits for it. */
export class Engines {
  /** Null where it has no binary for this machine. */
  readonly liteparse: LiteparseEngine | null;
  #thread: PdfjsThread;

  private constructor(liteparse: LiteparseEngine | null, thread: PdfjsThread) {
    this.liteparse = liteparse;
    this.#thread = thread;
  }

  static async load(): Promise<Engines> {
    const thread = new PdfjsThread();
    const [liteparse] = await Promise.all([loadLiteparse(), thread.ready()]);
    return new Engines(liteparse, thread);
  }

  /** pdfjs' thread, a fresh one if a document cost the last. */
  get pdfjs(): PdfjsThread {
    if (!this.#thread.alive) {
      this.#thread = new PdfjsThread();
    }
    return this.#thread;
  }
}
