import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { init } from '@embedpdf/pdfium';
import { isPdfium, type PdfiumExports } from './pdfium-exports.ts';

/** PDFium aborted, ran out of its memory or of its stack: this instance must not be used again. */
export class PdfiumAbortedError extends Error {
  /** It needed more memory than an instance may have. */
  readonly isOutOfMemory: boolean;

  constructor(cause: unknown, isOutOfMemory: boolean) {
    super('PDFium aborted', { cause });
    this.name = 'PdfiumAbortedError';
    this.isOutOfMemory = isOutOfMemory;
  }
}

const MiB = 1024 ** 2;

/** Memory of an instance, at most: PDFium aborts where it needs more, which costs a page instead of the process. */
const maxMemory = 1024 * MiB;

/** Bytes of the buffer for numbers and of the one for texts. */
const [numberBytes, textBytes] = [256, 16_384];

/** Longest text that is read, in bytes: titles and values of fields are shorter, hostile ones may be gigabytes. */
const longestText = 4 * MiB;

type AddFunction = (callback: (...values: number[]) => number, signature: string) => number;

/**
 * PDFium as WebAssembly, compiled once for a process. It runs inside its own memory, without access to files or the
 * network. Views of that memory are invalid once it has grown, so they are never kept; `run` guards every use.
 */
export class Pdfium {
  readonly api: PdfiumExports;
  /** A buffer for the numbers that functions return by pointer. */
  readonly numbers: number;
  readonly addFunction: AddFunction;
  readonly #texts: number;
  readonly #keys = new Map<string, number>();
  #alive = true;
  #bytes = new Uint8Array();
  #floats = new Float32Array();
  #doubles = new Float64Array();
  #integers = new Int32Array();

  private constructor(api: PdfiumExports, addFunction: AddFunction) {
    this.api = api;
    this.addFunction = addFunction;
    this.numbers = api.malloc(numberBytes);
    this.#texts = api.malloc(textBytes);
    api.PDFiumExt_Init();
  }

  /** Starts a new instance. */
  static async start(): Promise<Pdfium> {
    module ??= compile();
    const compiled = await module;
    let exports: object = {};
    const overrides = {
      print() {},
      printErr() {},
      instantiateWasm(imports: WebAssembly.Imports, receive: (instance: WebAssembly.Instance) => void) {
        const instance = new WebAssembly.Instance(compiled, bounded(imports));
        exports = instance.exports;
        receive(instance);
        return exports;
      },
    };
    const { pdfium } = await init(overrides);
    if (!isPdfium(exports)) throw new TypeError('This build of PDFium lacks functions that are used.');
    return new Pdfium(exports, pdfium.addFunction);
  }

  /** False once it has aborted. */
  get alive(): boolean {
    return this.#alive;
  }

  /** Bytes of its memory, which never shrinks. */
  get memoryBytes(): number {
    return this.api.memory.buffer.byteLength;
  }

  /** Runs work that calls PDFium. Throws `PdfiumAbortedError` where that aborts. */
  run<Result>(work: () => Result): Result {
    if (!this.#alive) throw new PdfiumAbortedError(null, false);
    try {
      return work();
    } catch (error) {
      if (!(error instanceof WebAssembly.RuntimeError) && !(error instanceof RangeError)) throw error;
      this.#alive = false;
      throw new PdfiumAbortedError(error, this.memoryBytes > maxMemory / 2);
    }
  }

  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.api.memory.buffer);
    return this.#bytes;
  }

  get floats(): Float32Array {
    if (this.#floats.length === 0) this.#floats = new Float32Array(this.api.memory.buffer);
    return this.#floats;
  }

  /** The nth 32-bit float in the buffer for numbers. */
  float(index: number): number {
    return this.floats[this.numbers / 4 + index] ?? 0;
  }

  /** The nth double in the buffer for numbers. */
  double(index: number): number {
    if (this.#doubles.length === 0) this.#doubles = new Float64Array(this.api.memory.buffer);
    return this.#doubles[this.numbers / 8 + index] ?? 0;
  }

  get integers(): Int32Array {
    if (this.#integers.length === 0) this.#integers = new Int32Array(this.api.memory.buffer);
    return this.#integers;
  }

  /** The nth 32-bit integer in the buffer for numbers. */
  integer(index: number): number {
    return this.integers[this.numbers / 4 + index] ?? 0;
  }

  /** A text that a function writes in UTF-16 into a buffer; `read` returns its length in bytes, with the final zero. */
  utf16(read: (buffer: number, bytes: number) => number): string {
    return this.#text(read, 'utf16le').replace(/\0+$/, '');
  }

  /** The same for a text in UTF-8, or in another encoding whose bytes stand for characters. */
  utf8(read: (buffer: number, bytes: number) => number, encoding: 'utf8' | 'latin1' = 'utf8'): string {
    return this.#text(read, encoding).replace(/\0+$/, '');
  }

  #text(read: (buffer: number, bytes: number) => number, encoding: BufferEncoding): string {
    const length = read(this.#texts, textBytes);
    if (length <= textBytes) return this.#copy(this.#texts, length).toString(encoding);
    if (length > longestText) return '';
    const buffer = this.api.malloc(length);
    try {
      return this.#copy(buffer, Math.min(length, read(buffer, length))).toString(encoding);
    } finally {
      this.api.free(buffer);
    }
  }

  #copy(at: number, length: number): Buffer {
    return Buffer.from(this.bytes.subarray(at, at + Math.max(0, length)));
  }

  /** A C string that stays in memory, such as the key of a dictionary. */
  key(text: string): number {
    const known = this.#keys.get(text);
    if (known !== undefined) return known;
    const made = this.write(Buffer.from(`${text}\0`));
    this.#keys.set(text, made);
    return made;
  }

  /** Copies bytes into memory; the caller frees them. */
  write(bytes: Uint8Array): number {
    const at = this.api.malloc(bytes.length);
    this.bytes.set(bytes, at);
    return at;
  }
}

let module: Promise<WebAssembly.Module> | null = null;

async function compile(): Promise<WebAssembly.Module> {
  const file = createRequire(import.meta.url).resolve('@embedpdf/pdfium/pdfium.wasm');
  return await WebAssembly.compile(await readFile(file));
}

/** Imports that refuse to grow the memory beyond its limit. */
function bounded(imports: WebAssembly.Imports): WebAssembly.Imports {
  const environment = imports.env ?? {};
  const grow = environment.emscripten_resize_heap;
  return {
    ...imports,
    env: {
      ...environment,
      emscripten_resize_heap(bytes: number) {
        return bytes >>> 0 <= maxMemory && typeof grow === 'function' ? grow(bytes) : 0;
      },
    },
  };
}
