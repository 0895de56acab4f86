/**
 * Records digests of the pages of our own documents: `npx tsx scripts/record-digests.ts`. `test/pdf/revision.test.ts`
 * compares them. Refuses changed pages under an old revision: stored pages would be taken for current ones.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { digestPages, type PageDigests, recordedDigests } from '../test/pdf/page-digests.ts';

const digests = await digestPages();
const recorded: PageDigests | null = existsSync(recordedDigests)
  ? JSON.parse(readFileSync(recordedDigests, 'utf8'))
  : null;
const isSameRevision = isDeepStrictEqual(recorded?.engines, digests.engines);
const changed = Object.keys(digests.documents).filter(
  (name) => recorded !== null && name in recorded.documents && recorded.documents[name] !== digests.documents[name],
);
if (isSameRevision && changed.length > 0) {
  console.error(`These pages changed: ${changed.join(', ')}. Raise revision in src/pdf/model/engine-keys.ts first.`);
  process.exit(1);
}
writeFileSync(recordedDigests, `${JSON.stringify(digests, null, 2)}\n`);
