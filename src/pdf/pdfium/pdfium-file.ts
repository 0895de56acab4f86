import type { FileBytes } from '../file/file-bytes.ts';
import type { Pdfium } from './pdfium.ts';

/** The file that each instance reads, and its callback. */
const readers = new WeakMap<Pdfium, { callback: number; file: FileBytes | null; failure: unknown }>();

/** Lets PDFium read a file by callback, a block at a time, instead of copying all of it into its memory. */
export class PdfiumFile implements Disposable {
  readonly pointer: number;
  readonly #pdfium: Pdfium;

  constructor(pdfium: Pdfium, file: FileBytes) {
    this.#pdfium = pdfium;
    const reader = readers.get(pdfium) ?? register(pdfium);
    reader.file = file;
    reader.failure = null;
    this.pointer = pdfium.write(Buffer.from(Uint32Array.of(file.length, reader.callback, 0).buffer));
  }

  /** Throws what went wrong while PDFium read the file, which it takes for damage of the document. */
  throwIfFailed(): void {
    const failure = readers.get(this.#pdfium)?.failure ?? null;
    if (failure !== null) throw failure;
  }

  [Symbol.dispose](): void {
    const reader = readers.get(this.#pdfium);
    if (reader !== undefined) reader.file = null;
    if (this.#pdfium.alive) this.#pdfium.api.free(this.pointer);
  }
}

function register(pdfium: Pdfium): { callback: number; file: FileBytes | null; failure: unknown } {
  const reader: { callback: number; file: FileBytes | null; failure: unknown } = {
    callback: 0,
    file: null,
    failure: null,
  };
  const read = (_: number, position: number, buffer: number, bytes: number): number => {
    const [start, length] = [position >>> 0, bytes >>> 0];
    if (reader.file === null || start + length > reader.file.length) return 0;
    try {
      reader.file.read(start, pdfium.bytes.subarray(buffer, buffer + length));
      return 1;
    } catch (error) {
      reader.failure ??= error;
      return 0;
    }
  };
  reader.callback = pdfium.addFunction((...values) => {
    const [parameter = 0, position = 0, buffer = 0, bytes = 0] = values;
    return read(parameter, position, buffer, bytes);
  }, 'iiiii');
  readers.set(pdfium, reader);
  return reader;
}
