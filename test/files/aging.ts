import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { storedKeys } from '../api/submitting.ts';
import type { Service } from '../service.ts';

/** Makes everything in storage two days old. */
export async function age(service: Service): Promise<void> {
  const twoDaysAgo = new Date(Date.now() - 2 * 24 * 60 * 60 * 1000);
  const objects = join(service.config.dataDir, 'storage', 'objects');
  for (const key of await storedKeys(service)) await utimes(join(objects, key), twoDaysAgo, twoDaysAgo);
}
