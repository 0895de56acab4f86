import pg from 'pg';
import { defaultTenantId } from '../../src/api/context.ts';
import { sequence, wordBetween } from './library.ts';

/** How much an installation holds. */
export interface Scale {
  /** Final jobs: each 20th FAILED, each 50th CANCELLED, each tenth in a batch of 1,000. */
  final: number;
  waiting: number;
  /** Jobs with 20 pages each, among the final ones. */
  withPages: number;
  /** Jobs in the archive. */
  archived: number;
}

const pagesAJob = 20;
const wordsAPage = 60;
/** Pages with texts of their own; the others repeat them. */
const texts = 20_000;

const jobColumns = `id, tenant_id, source_id, status, stage, percent, options, max_retries, priority, claim_order, name,
  pages_total, pages_done, created_at, started_at, finished_at, document, failure_code, batch_id, batch_index, metadata`;

/** The same in all statements, so that they make the same ids. */
const now = Math.floor(Date.now() / 1_000);
/** A UUIDv7 of a time in seconds before now, with a number that makes it unique. */
const uuid = (secondsAgo: string, number: string) =>
  `(lpad(to_hex((${now} - (${secondsAgo}))::bigint * 1000), 12, '0') || '7000' || '8' || lpad(to_hex(${number}), 15, '0'))::uuid`;

/** Fills an empty database. Indexes exist meanwhile, except that of the search, which takes a third of the time later. */
export async function fillScale(url: string, { final, waiting, withPages, archived }: Scale): Promise<void> {
  const pool = new pg.Pool({
    connectionString: url,
    max: 4,
    options: '-c synchronous_commit=off -c maintenance_work_mem=512MB',
  });
  const tenant = `'${defaultTenantId}'::uuid`;
  await pool.query('ALTER TABLE jobs DISABLE TRIGGER owe_webhook_of_new_job');
  // A second for each job, the oldest first.
  const id = uuid(`${final} - n`, 'n');
  const batchOf = `CASE WHEN n % 10 = 0 THEN ${uuid(`${final} - (n / 10000) * 10000`, '2000000000 + n / 10000')} END`;
  await pool.query(`INSERT INTO batches (id, tenant_id, status, total, pending, completed, percent, name, finished_at)
    SELECT ${uuid(`${final} - b * 10000`, '2000000000 + b')}, ${tenant}, 'COMPLETED', 1000, 0, 1000, 100, 'batch ' || b, now()
      FROM generate_series(0, ${final} / 10000) AS b`);
  for (let from = 1; from <= final; from += 100_000) {
    const numbers = `generate_series(${from}, ${Math.min(final, from + 99_999)}) AS n`;
    await pool.query(`INSERT INTO sources (id, tenant_id, kind, status, bytes, sha256, storage_key)
      SELECT ${id}, ${tenant}, 'BASE64', 'STORED', 1, '00', 'sources/' || n FROM ${numbers}`);
    await pool.query(`INSERT INTO jobs (${jobColumns})
      SELECT ${id}, ${tenant}, ${id}, CASE WHEN n % 20 = 0 THEN 'FAILED' WHEN n % 50 = 1 THEN 'CANCELLED' ELSE 'COMPLETED' END::"JobStatus",
             'STORE', CASE WHEN n % 20 = 0 OR n % 50 = 1 THEN 40 ELSE 100 END, '{}', 3, 5, now() - make_interval(secs => ${final} - n), 'invoice ' || n || CASE WHEN n % 1000 = 7 THEN ' urgent' ELSE '' END, ${pagesAJob}, ${pagesAJob},
             now() - make_interval(secs => ${final} - n), now() - make_interval(secs => ${final} - n), now() - make_interval(secs => ${final} - n),
             '{}', CASE WHEN n % 20 = 0 THEN CASE WHEN n % 100 = 0 THEN 'MEMORY_LIMIT' ELSE 'NOT_A_PDF' END END,
             ${batchOf}, CASE WHEN n % 10 = 0 THEN n % 10000 / 10 END, '{"n": 1}'
        FROM ${numbers}`);
  }
  await pool.query(`INSERT INTO sources (id, tenant_id, kind, status, bytes, sha256, storage_key)
    SELECT ${uuid('0', '1000000000 + n')}, ${tenant}, 'BASE64', 'STORED', 1, '00', 'sources/w' || n FROM generate_series(1, ${waiting}) AS n`);
  await pool.query(`INSERT INTO jobs (id, tenant_id, source_id, status, options, max_retries, priority, claim_order, name)
    SELECT ${uuid('0', '1000000000 + n')}, ${tenant}, ${uuid('0', '1000000000 + n')}, 'PENDING', '{}', 3, n % 10, now() + make_interval(secs => n % 10), 'waiting ' || n
      FROM generate_series(1, ${waiting}) AS n`);
  await pool.query(`INSERT INTO archived_jobs (id, tenant_id, source_id, status, name, pages, created_at, finished_at, storage_key, bytes, sha256)
    SELECT ${uuid(`${final} + ${archived} - n`, '1500000000 + n')}, ${tenant}, ${uuid(String(final - 1), '1')}, 'COMPLETED', 'old ' || n, 20, now() - interval '1 year', now() - interval '1 year', 'archives/' || n, 1, ''
      FROM generate_series(1, ${archived}) AS n`);
  await fillPages(pool, withPages, id, final);
  await pool.query('ALTER TABLE jobs ENABLE TRIGGER owe_webhook_of_new_job');
  await pool.query('VACUUM ANALYZE');
  // Read once, to exclude the disk from the measurement.
  await pool.query('SELECT sum(length(text)) FROM pages');
  await pool.query('SELECT count(name) FROM jobs');
  await pool.end();
}

async function fillPages(pool: pg.Pool, jobs: number, id: string, final: number): Promise<void> {
  const random = sequence(7);
  await pool.query('CREATE UNLOGGED TABLE bench_texts (number int PRIMARY KEY, text text)');
  const made = Array.from({ length: texts }, () =>
    Array.from({ length: wordsAPage }, () => wordBetween(1, 50_000, random)).join(' '),
  );
  await pool.query('INSERT INTO bench_texts SELECT n - 1, text FROM unnest($1::text[]) WITH ORDINALITY AS t(text, n)', [
    made,
  ]);
  const { rows } = await pool.query<{ make: string }>(`SELECT pg_get_indexdef('pages_search_idx'::regclass) AS make`);
  await pool.query('DROP INDEX pages_search_idx');
  const step = Math.floor(final / jobs);
  const part = Math.ceil(jobs / 20);
  const parts = Array.from({ length: 20 }, (_, index) => [index * part + 1, Math.min(jobs, (index + 1) * part)]);
  const queue = parts.values();
  const insertInTurn = async () => {
    for (const [from, to] of queue) {
      await pool.query(`INSERT INTO pages (job_id, number, tenant_id, width, height, rotation, text, markdown, links)
        SELECT ${id}, page, '${defaultTenantId}', 595, 842, 0, t.text, t.text, '[]'
          FROM (SELECT (j - 1) * ${step} + 3 AS n, j FROM generate_series(${from}, ${to}) AS j) job,
               generate_series(1, ${pagesAJob}) AS page, bench_texts t
         WHERE t.number = (j * ${pagesAJob} + page) % ${texts}`);
    }
  };
  await Promise.all([insertInTurn(), insertInTurn()]);
  await pool.query(rows[0]?.make ?? '');
  await pool.query('DROP TABLE bench_texts');
}
