import { openLocalStorage } from '../../src/storage/local-storage.ts';
import type { Storage } from '../../src/storage/storage.ts';
import type { Evidence } from '../evidence.ts';
import type { Breach } from '../journal.ts';

const promise = 'every file of a completed job exists and belongs to it';

interface PageRow {
  job_id: string;
  number: number;
  thumbnail: { offset: number; bytes: number } | null;
  key: string | null;
  failure: string | null;
}

/** Checks that attachments and images of completed jobs are in storage, even if any process was killed meanwhile. */
export async function filesExist({ world, jobs, kindOf, journal }: Evidence): Promise<Breach[]> {
  const [installation] = await world.query<{ storage_id: string }>('SELECT storage_id FROM installation');
  if (installation === undefined) return [];
  const { storage } = await openLocalStorage(world.dataDir, { expectedId: installation.storage_id });
  const breaches: Breach[] = [];
  for (const row of jobs.values()) {
    const kind = kindOf(row);
    if (row.status !== 'COMPLETED' || kind === undefined) continue;
    for (const detail of kind.options.thumbnails ? await wrongImages(world, storage, row.id) : []) {
      breaches.push({ promise, detail, about: row.id });
    }
    const [document] = await world.query<{ key: string | null }>(
      `SELECT document->>'attachmentsKey' AS key FROM jobs WHERE id = $1`,
      [row.id],
    );
    if (document?.key != null && (await storage.stat(document.key)) === null) {
      breaches.push({ promise, detail: `no attachments under ${document.key}`, about: row.id });
    }
    journal.count('completed jobs with checked files');
  }
  return breaches;
}

async function wrongImages(world: Evidence['world'], storage: Storage, jobId: string): Promise<string[]> {
  const pages = await world.query<PageRow>(
    `SELECT p.job_id, p.number, p.images->'thumbnail' AS thumbnail, p.images->>'key' AS key, p.images->>'failure' AS failure
       FROM pages p WHERE p.job_id = $1`,
    [jobId],
  );
  const wrong: string[] = [];
  for (const { number, thumbnail, key, failure } of pages) {
    if (thumbnail === null || key === null) wrong.push(`page ${number} has no image: ${failure}`);
    else if (!(await isJpeg(storage, key, thumbnail))) wrong.push(`the image of page ${number} is not in ${key}`);
  }
  return wrong;
}

/** Checks the start and end markers: the range of another image would not match them. */
async function isJpeg(storage: Storage, key: string, { offset, bytes }: { offset: number; bytes: number }) {
  const parts: Buffer[] = [];
  try {
    for await (const part of await storage.get(key, { first: offset, last: offset + bytes - 1 })) parts.push(part);
  } catch {
    return false;
  }
  const image = Buffer.concat(parts);
  return image.length === bytes && image.readUInt16BE(0) === 0xffd8 && image.readUInt16BE(bytes - 2) === 0xffd9;
}
