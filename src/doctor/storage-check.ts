import type { Config } from '../config/config.ts';
import type { Database } from '../connections/database.ts';
import { findMissing } from '../retention/missing.ts';
import { findOrphans } from '../retention/orphans.ts';
import { openLocalStorage } from '../storage/local-storage.ts';
import type { Check, Finding } from './diagnosis.ts';

/** Missing objects that are named; the others are counted. */
const namedAtMost = 10;

/** The check that storage and database agree, which takes a look at every object. */
export function agreementCheck({ dataDir }: Config, database: Database): Check {
  return {
    name: 'agreement',
    needs: 'storage',
    async run() {
      const installation = await database.prisma.installation.findUnique({ where: { id: 1 } });
      if (installation === null) return { detail: `${dataDir} is not in use yet` };
      const { storage } = await openLocalStorage(dataDir, { expectedId: installation.storageId });
      const findings: Finding[] = [];
      let missing = 0;
      for await (const { key, owner } of findMissing(database, storage)) {
        missing += 1;
        const advice = 'Restore the file from a backup, or delete the job with deleteJob.';
        if (missing <= namedAtMost) findings.push({ detail: `${owner} lacks ${key}`, advice });
      }
      if (missing > namedAtMost)
        findings.push({ detail: `${missing} objects are missing in all`, advice: 'See above.' });
      let orphans = 0;
      for await (const { length } of findOrphans(database, storage)) orphans += length;
      const rest = orphans === 0 ? '' : `; maintenance removes ${orphans} that no row references`;
      if (missing === 0) findings.push({ detail: `every object that a row references is there${rest}` });
      return findings;
    },
  };
}
