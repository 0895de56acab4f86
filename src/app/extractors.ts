import { join } from 'node:path';
import type { Config } from '../config/config.ts';
import type { ExtractorMetrics } from '../ops/extractor-metrics.ts';
import { createExtractorPool, type ExtractorPool } from '../pdf/process/extractor-pool.ts';
import { possibleSandboxes } from '../pdf/process/sandbox.ts';

const MiB = 1024 ** 2;
const GiB = 1024 ** 3;

/** Creates the pool of extractors of a worker. `folder`: for their files; by default a temporary one. */
export function openExtractorPool(
  { concurrency, dataDir, limits, sandbox }: Config,
  folder?: string,
  metrics: ExtractorMetrics | null = null,
): ExtractorPool {
  const pool = createExtractorPool({
    size: concurrency,
    memoryBytes: limits.extractorMemoryBytes,
    recycleBytes: limits.extractorRecycleBytes,
    sandboxes: possibleSandboxes(sandbox),
    folder,
    readable: [ocrFolder(dataDir)],
    // A copy of the document without a password, the attachments, or the images of a group of pages.
    fileBytes: Math.max(limits.documentBytes + MiB, limits.attachmentBytes, GiB),
    onEnd: (reason) => metrics?.ended(reason),
  });
  metrics?.observe(() => pool.use());
  return pool;
}

/** Returns the folder of the language data of OCR. */
export function ocrFolder(dataDir: string): string {
  return join(dataDir, 'ocr');
}
