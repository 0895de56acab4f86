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
 * Plain JavaScript, because a thread cannot load TypeScript everywhere. It only passes the port to the worker of pdfjs,
 * which needs these parts of a browser: without them, letters that are pictures have no height.
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
 * Maximum size of the pictures that are decoded while reading, in pixels. Decoding pictures takes most of the time of
 * reading a page. Small ones may be letters, whose size is unknown without them.
 */
const smallImage = 256 ** 2;

/** pdfjs did not respond in time, or its thread died. */
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
 * pdfjs with its parser in a thread: the process can still respond while a document is parsed. A document that makes
 * the parser hang or run out of memory costs the thread, not the process. A thread serves one document after another.
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
      throw new TypeError('pdfjs cannot use the message ports of this version of Node.js.');
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
   * Opens a document from its bytes, which are transferred to the thread. Throws `JobError` with the problem of the
   * document. Pictures with more pixels than `maxImageSize` are not decoded.
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
      // After a failed open, an error of destroying does not matter.
      task.destroy().catch(() => {});
      throw asJobError(error, password);
    }
  }

  /**
   * Waits for work of the thread, at most until the thread ends or for the given time, after which the thread is ended.
   */
  async within<Value>(work: Promise<Value>, milliseconds: number | null): Promise<Value> {
    let timer: NodeJS.Timeout | undefined;
    const bounded = [work, this.#ended];
    if (milliseconds !== null) {
      bounded.push(
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            reject(new PdfjsGaveUpError(`No response within ${milliseconds} ms.`, 'TIME_LIMIT'));
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

  /** Like `within`, but also ends the thread if the memory of the process grows by more than `bytes`. */
  async withinMemory<Value>(work: Promise<Value>, milliseconds: number, bytes: number): Promise<Value> {
    const before = peakMemory();
    const timer = setInterval(() => {
      if (peakMemory() - before > bytes) this.#end();
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

  /** False once the thread has been abandoned; then a new one is needed. */
  get alive(): boolean {
    return this.#alive;
  }
}

type WorkerPort = NonNullable<Parameters<typeof PDFWorker.create>[0]['port']>;

/** The types of pdfjs require a browser's worker; it uses only these two methods. */
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

/** The largest resident memory so far, in bytes. The current one is not known where a sandbox hides /proc. */
function peakMemory(): number {
  return process.resourceUsage().maxRSS * 1024;
}
