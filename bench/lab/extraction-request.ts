import { tmpdir } from 'node:os';
import type { ExtractionRequest } from '../../src/pdf/model/extraction.ts';

/** A request for a whole document, like a job with default options. */
export function extractionRequest(path: string, more: Partial<ExtractionRequest> = {}): ExtractionRequest {
  return {
    path,
    owner: 'tenant',
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
    memoryBytes: null,
    lastResort: null,
    ocr: null,
    fresh: false,
    ...more,
  };
}
