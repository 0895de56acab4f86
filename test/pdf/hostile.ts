import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { JobError } from '../../src/errors.ts';
import type { ExtractorPool } from '../../src/pdf/process/extractor-pool.ts';
import type { Sandbox } from '../../src/pdf/process/sandbox.ts';
import { extractAll, newPool, requestFor } from './extracting.ts';

/** The hostile extractor. */
export const script = fileURLToPath(new URL('./stand-ins/hostile.js', import.meta.url));

/** Maximum size of a file that a hostile extractor may write, in bytes. */
export const fileBytes = 8 * 1024 ** 2;

/** A pool whose extractors are hostile and have their files below `dataDir`. */
export function hostilePool(sandbox: Sandbox, dataDir: string): ExtractorPool {
  return newPool({ sandboxes: [sandbox], script, fileBytes, folder: join(dataDir, 'scratch', 'worker') });
}

export type Try = [name: string, attack: string, target?: unknown];

/** Has the hostile extractor try attacks, and returns what each of them achieved. */
export async function attack(pool: ExtractorPool, tries: Try[], owner = 'tenant') {
  const request = requestFor('one-page', { password: JSON.stringify({ tries }), owner });
  const failure = await extractAll(pool, request).catch((error: unknown) => error);
  if (!(failure instanceof JobError) || failure.code !== 'PDF_DAMAGED') throw failure;
  return JSON.parse(failure.message);
}
