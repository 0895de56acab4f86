import { tmpdir } from 'node:os';
import type { ExtractionRequest } from '../../src/pdf/model/extraction.ts';

/** A request for all of a document, as a job with default options makes it. */
export function extractionRequest(path: string, more: Partial<ExtractionRequest> = {}): ExtractionRequest {
  return {
    path,
    password: null,
    pages: null,
    engine: 'AUTO',
    keepHeadersFooters: false,
    keepHyphenation: false,
    requireAllPages: false,
    maxPages: 20_000,
    scratch: tmpdir(),
    attachmentBytes: 0,
    images: null,
    stored: null,
    avoid: [],
    skip: [],
    lastResort: null,
    ocr: null,
    fresh: false,
    ...more,
  };
}
