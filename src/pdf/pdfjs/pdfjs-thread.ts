import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { MessageChannel, Worker } from 'node:worker_threads';
import { getDocument, type PDFDocumentProxy, PDFWorker, VerbosityLevel } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { JobError } from '../../errors.ts';

const resolveModule = createRequire(import.meta.url).resolve;
const distribution = dirname(resolveModule('pdfjs-dist/package.json'));

/**
 * Plain JavaScript, as a thread cannot load TypeScript everywhere; all it does is hand the port to pdfjs' own worker. That
 * wants this much of a browser: without it, letters that are pictures have no height.
 */
const threadSource = `
  const { parentPort, workerData } = require('node:worker_threads');
  globalThis.DOMMatrix ??= class DOMMatrix {
    a = 1; b = 0; c = 0; d = 1; e = 0; f = 0;
    scaleSelf(x, y) {
      this.a *= x; this.b *= x; this.c *= y; this.d *= y;
      return this;
    }
    translateSelf(x, y) {
      this.e += this.a * x + this.c * y; this.f += this.b * x + this.d * y;
      return this;
    }
  };
  import(workerData.module).then((worker) => {
    worker.WorkerMessageHandler.initializeFromPort(workerData.port);
    parentPort.postMessage('loaded');
  });
`;

const memoryPollMilliseconds = 20;

/**
 * To read, no picture is shown: decoding them takes most of the time of reading what a page draws. Small ones may be letters:
 * without its own, a font of pictures would not be known for its size.
 */
const smallImage = 256 ** 2;

/** pdfjs gave no answer in time, or its thread died. */
export class PdfjsGaveUpError extends Error {
  /** The limit that was reached. */
  readonly limit: 'TIME_LIMIT' | 'MEMORY_LIMIT';

  constructor(message: string, limit: 'TIME_LIMIT' | 'MEMORY_LIMIT') {
    super(message);
    this.name = 'PdfjsGaveUpError';
    this.limit = limit;
  }
}

/**
 * pdfjs with its parser in a thread: the process stays able to answer while a document is parsed, and a document that
 * makes the parser spin or run out of memory costs the thread, not the process. A thread serves one document after the other.
 */
export class PdfjsThread {
  readonly #thread: Worker;
  readonly #worker: PDFWorker;
  readonly #loaded: Promise<unknown>;
  readonly #ended: Promise<never>;
  #alive = true;

  constructor() {
    const { port1, port2 } = new MessageChannel();
    this.#thread = new Worker(threadSource, {
      eval: true,
      execArgv: [],
      workerData: { port: port2, module: pathToFileURL(resolveModule('pdfjs-dist/legacy/build/pdf.worker.mjs')).href },
      transferList: [port2],
    });
    if (!isWorkerPort(port1)) {
      throw new TypeError('This version of Node has message ports that pdfjs cannot use.');
    }
    this.#loaded = once(this.#thread, 'message');
    this.#worker = PDFWorker.create({ port: port1, verbosity: VerbosityLevel.ERRORS });
    this.#ended = new Promise((_, reject) => {
      this.#thread.on('error', () =>
        reject(new PdfjsGaveUpError('The parser thread ran out of memory or crashed.', 'MEMORY_LIMIT')),
      );
      this.#thread.on('exit', () => reject(new PdfjsGaveUpError('The parser thread has ended.', 'MEMORY_LIMIT')));
    });
    this.#ended.catch(() => {
      this.#alive = false;
      port1.close();
    });
  }

  /** Resolves once pdfjs is loaded in its thread. */
  async ready(): Promise<void> {
    await this.#loaded;
  }

  /**
   * Opens a document from its bytes, which are moved to the thread. Throws `JobError` with what is wrong with it. Pictures of more
   * pixels than `maxImageSize` are not shown.
   */
  async open(
    bytes: Uint8Array,
    password: string | null,
    milliseconds: number | null,
    maxImageSize = smallImage,
  ): Promise<PDFDocumentProxy> {
    const task = getDocument({
      data: bytes,
      password: password ?? undefined,
      worker: this.#worker,
      verbosity: VerbosityLevel.ERRORS,
      isEvalSupported: false,
      maxImageSize,
      useSystemFonts: false,
      cMapUrl: `${distribution}/cmaps/`,
      cMapPacked: true,
      standardFontDataUrl: `${distribution}/standard_fonts/`,
      wasmUrl: `${distribution}/wasm/`,
    });
    try {
      return await this.within(task.promise, milliseconds);
    } catch (error) {
      // An aborted open leaves nothing to destroy that could still fail in a way that matters.
      task.destroy().catch(() => {});
      throw asJobError(error, password);
    }
  }

  /** Waits for work of the thread, but no longer than the thread lives, nor than the given time: then the thread is ended. */
  async within<Value>(work: Promise<Value>, milliseconds: number | null): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    const bounded = [work, this.#ended];
    if (milliseconds !== null) {
      bounded.push(
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            reject(new PdfjsGaveUpError(`No answer within ${milliseconds} ms.`, 'TIME_LIMIT'));
            this.#end();
          }, milliseconds);
        }),
      );
    }
    try {
      return await Promise.race(bounded);
    } finally {
      clearTimeout(timer);
    }
  }

  /** As `within`, but the thread is ended as well when the process takes so much more memory than before. */
  async withinMemory<Value>(work: Promise<Value>, milliseconds: number, bytes: number): Promise<Value> {
    const before = process.memoryUsage.rss();
    const timer = setInterval(() => {
      if (process.memoryUsage.rss() - before > bytes) this.#end();
    }, memoryPollMilliseconds);
    try {
      return await this.within(work, milliseconds);
    } finally {
      clearInterval(timer);
    }
  }

  #end(): void {
    this.#alive = false;
    void this.#thread.terminate();
  }

  /** False once the thread has been given up; then a new one is needed. */
  get alive(): boolean {
    return this.#alive;
  }
}

type WorkerPort = NonNullable<Parameters<typeof PDFWorker.create>[0]['port']>;

/** pdfjs' types ask for a browser's worker; these two are all that it uses of one. */
function isWorkerPort(port: object): port is WorkerPort {
  return 'postMessage' in port && 'addEventListener' in port;
}

function asJobError(error: unknown, password: string | null): JobError {
  const name = error instanceof Error ? error.name : '';
  if (name === 'PasswordException') {
    return new JobError(password === null ? 'PDF_ENCRYPTED' : 'PDF_WRONG_PASSWORD', { cause: error });
  }
  return new JobError('PDF_DAMAGED', { cause: error });
}
