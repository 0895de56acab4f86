import type { EngineName } from '../pdf/document.ts';

/** What a job shall do, as stored with it. The password is kept apart, sealed. */
export interface JobOptions {
  /** Pages to extract, as the client wrote them; null for all. */
  pages: string | null;
  engine: 'AUTO' | EngineName;
  keepHeadersFooters: boolean;
  keepHyphenation: boolean;
  /** Whether pages that need it are read by OCR, and for which languages. */
  ocr: boolean;
  ocrLanguages: string[];
  timeoutSeconds: number;
  noProgressSeconds: number;
}

export const defaultOptions: JobOptions = {
  pages: null,
  engine: 'AUTO',
  keepHeadersFooters: false,
  keepHyphenation: false,
  ocr: false,
  ocrLanguages: ['eng'],
  timeoutSeconds: 900,
  noProgressSeconds: 120,
};

export const defaultMaxRetries = 3;
export const defaultPriority = 5;

/** By how much one step of priority moves a job in the queue: priority 0 overtakes what came up to 50 minutes before at 5. */
export const priorityIntervalSeconds = 600;

/** Options read back from the database: what an older version did not know has its default. */
export function storedOptions(value: unknown): JobOptions {
  return typeof value === 'object' && value !== null ? { ...defaultOptions, ...value } : defaultOptions;
}

/** Binds a sealed password to what it is for: it opens as nothing else. */
export const passwordPurpose = 'document-password';
