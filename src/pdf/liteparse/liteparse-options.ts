import { readDocument } from '../file/read-document.ts';
import type { ExtractionRequest } from '../model/extraction.ts';

export interface LiteparseOptions {
  /** A path that ends in .pdf, or the bytes: by any other name LiteParse looks for a program that converts it. */
  source: string | Uint8Array;
  password: string | null;
}

/** What LiteParse is asked with. It knows a PDF by its name only; one with another name it gets as bytes. */
export async function liteparseOptions(
  request: Pick<ExtractionRequest, 'path' | 'password'>,
): Promise<LiteparseOptions> {
  const { path, password } = request;
  return { source: path.endsWith('.pdf') ? path : await readDocument(path), password };
}
