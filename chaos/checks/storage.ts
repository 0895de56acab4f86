import { openLocalStorage } from '../../src/storage/local-storage.ts';
import type { Evidence } from '../evidence.ts';
import type { Breach } from '../journal.ts';

interface SourceRow {
  id: string;
  kind: string;
  status: string;
  storage_key: string | null;
  bytes: string | null;
  used: boolean;
}

/** The bytes of every document exist, and no others except those whose owner died meanwhile. */
export async function storageMatchesSources({ world, journal }: Evidence): Promise<Breach[]> {
  const [installation] = await world.query<{ storage_id: string }>('SELECT storage_id FROM installation');
  if (installation === undefined)
    return [{ promise: 'the storage is bound to the database', detail: 'no installation row' }];
  const { storage } = await openLocalStorage(world.dataDir, { expectedId: installation.storage_id });
  const sources = await world.query<SourceRow>(
    'SELECT s.*, EXISTS (SELECT FROM jobs j WHERE j.source_id = s.id) AS used FROM sources s',
  );
  const byId = new Map(sources.map((source) => [source.id, source]));
  const breaches: Breach[] = [];
  for (const source of sources) {
    const about = `source ${source.id} (${source.kind}, ${source.status}, ${source.storage_key})`;
    if (!source.used && source.kind !== 'UPLOAD') {
      breaches.push({ promise: 'a source goes with its last job', detail: about });
    }
    if (source.storage_key === null) continue;
    const object = await storage.stat(source.storage_key);
    if (object === null || object.bytes !== Number(source.bytes)) {
      breaches.push({
        promise: 'no bytes are lost',
        detail: `${about}: ${object?.bytes ?? 'no'} bytes, the row says ${source.bytes}`,
      });
    }
  }
  for (const { key, id } of journal.deletedBytes) {
    if (byId.has(key.split('/')[1] ?? '') || (await storage.stat(key)) === null) continue;
    breaches.push({ promise: 'deleted bytes are gone', detail: `${key} still exists`, about: id });
  }
  const counts = { losers: 0, unanswered: 0 };
  const orphans: string[] = [];
  for await (const { key } of storage.list('sources')) {
    const source = byId.get(key.split('/')[1] ?? '');
    if (source?.storage_key === key) continue;
    // A download that lost its claim leaves its bytes, named by the revision of that claim.
    if (!key.endsWith('/0.pdf')) counts.losers += 1;
    else if (source === undefined) orphans.push(key);
  }
  journal.count('bytes of downloads that lost their claim', counts.losers);
  journal.count('bytes without a source', orphans.length);
  // An unanswered request may have ended between writing or deleting the bytes and the row.
  for (const what of ['createJob', 'deleteJob', 'documents of a createBatch']) {
    counts.unanswered += journal.counts.get(`${what} without an answer`) ?? 0;
  }
  // Maintenance may have been killed between deleting a job and its bytes.
  counts.unanswered += journal.counts.get('jobs of deleteJobs') ?? 0;
  if (orphans.length > counts.unanswered) {
    const detail = `${orphans.length} objects, but only ${counts.unanswered} unanswered requests: ${orphans.slice(0, 5).join(' ')}`;
    breaches.push({ promise: 'bytes without a source are rare', detail });
  }
  return breaches;
}
