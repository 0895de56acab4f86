import type pg from 'pg';
import { newUuid } from '../../src/ids.ts';

const vocabulary = 50_000;
const wordsAPage = 300;

/** Random numbers that are the same in every run. */
export function sequence(seed: number): () => number {
  let last = seed;
  return () => {
    last = (Math.imul(last, 1_103_515_245) + 12_345) >>> 0;
    // The low bits repeat soon.
    return (last >>> 8) / 2 ** 24;
  };
}

/** The words of a language, the most frequent first, distributed by Zipf's law. */
export const words = Array.from({ length: vocabulary }, (_, rank) => {
  let word = '';
  for (let rest = rank * 7_919 + 17; rest > 0; rest = Math.floor(rest / 100)) {
    word += 'bcdfghjklmnprstvwxyz'[rest % 20] ?? '';
    word += 'aeiou'[Math.floor(rest / 20) % 5] ?? '';
  }
  return word;
});

/** A random word with a rank between two. */
export function wordBetween(low: number, high: number, random: () => number): string {
  return words[Math.floor(low * (high / low) ** random()) - 1] ?? '';
}

function textOf(random: () => number): string {
  let text = wordBetween(1, vocabulary, random);
  for (let n = 1; n < wordsAPage; n++) text += (n % 12 === 0 ? '\n' : ' ') + wordBetween(1, vocabulary, random);
  return text;
}

const insertJobs = `
WITH job AS (
    SELECT id, name, pages, $1::uuid AS tenant_id FROM unnest($2::uuid[], $3::text[], $4::int[]) AS job (id, name, pages)
), source AS (
    INSERT INTO sources (id, tenant_id, kind, status, bytes, sha256, storage_key)
    SELECT id, tenant_id, 'BASE64', 'STORED', 1, '00', id::text FROM job
)
INSERT INTO jobs (id, tenant_id, source_id, status, stage, percent, options, max_retries, priority, claim_order, name,
                  pages_total, pages_done, finished_at, started_at, document)
SELECT id, tenant_id, id, 'COMPLETED', 'STORE', 100, '{}', 0, 5, now(), name, pages, pages, now(), now(), '{}' FROM job`;

const insertPages = `
INSERT INTO pages (job_id, number, tenant_id, width, height, rotation, text, markdown, links)
SELECT job_id, number, $1, 595, 842, 0, text, text, '[]' FROM unnest($2::uuid[], $3::int[], $4::text[]) AS page (job_id, number, text)`;

/** Stores completed jobs of a tenant, `pages` pages in total with `pagesAJob` pages per job. A page has 300 words. */
export async function fillLibrary(
  pool: pg.Pool,
  { tenant, pages, pagesAJob, name }: { tenant: string; pages: number; pagesAJob: number; name: string },
): Promise<void> {
  const random = sequence(pages + pagesAJob);
  const aTime = 1_000;
  let jobId = '';
  for (let made = 0; made < pages; made += aTime) {
    const jobs: string[] = [];
    const rows: { job: string; number: number; text: string }[] = [];
    for (let page = made; page < Math.min(pages, made + aTime); page++) {
      if (page % pagesAJob === 0) {
        jobId = newUuid();
        jobs.push(jobId);
      }
      rows.push({ job: jobId, number: (page % pagesAJob) + 1, text: textOf(random) });
    }
    await pool.query(insertJobs, [tenant, jobs, jobs.map((_, n) => `${name} ${made + n}`), jobs.map(() => pagesAJob)]);
    await pool.query(insertPages, [
      tenant,
      rows.map(({ job }) => job),
      rows.map(({ number }) => number),
      rows.map(({ text }) => text),
    ]);
  }
}
