import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { digestPages, recordedDigests } from './page-digests.ts';

it('the revision of the rules is raised when the pages of our own documents change', async () => {
  const digests = await digestPages();
  // If this fails: raise `revision` in src/pdf/model/engine-keys.ts, then run `npx tsx scripts/record-digests.ts`.
  expect(digests).toEqual(JSON.parse(readFileSync(recordedDigests, 'utf8')));
});
