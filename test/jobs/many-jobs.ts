import pg from 'pg';

/** One job in this many has a name: indexing more names would take longer than the tests. */
const namedShare = 4;
/** One completed job in this many jobs has a page. */
const pageShare = 3_000;

/**
 * Inserts `count` jobs of the default tenant, created ten milliseconds apart, with the mix of statuses of an old
 * installation; more than half of the failures have one code. Disables triggers and foreign keys, which would take
 * minutes.
 */
export async function insertManyJobs(databaseUrl: string, count: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query('SET session_replication_role = replica; SET synchronous_commit = off');
    await client.query(`DROP INDEX job_names_grams_idx`);
    await client.query(insert, [count]);
    await client.query(
      `INSERT INTO job_names SELECT id, tenant_id, created_at, name_folded FROM jobs WHERE name IS NOT NULL ORDER BY created_at`,
    );
    await client.query(`CREATE INDEX job_names_grams_idx ON job_names USING GIN (pagehive_grams(tenant_id, folded))`);
    await client.query(insertPages);
    for (const table of ['jobs', 'job_names', 'pages']) await client.query(`VACUUM ANALYZE ${table}`);
  } finally {
    await client.end();
  }
}

const insertPages = `
INSERT INTO pages (job_id, tenant_id, number, width, height, rotation, text, markdown, links)
SELECT id, tenant_id, 1, 595, 842, 0, text, text, '[]'
  FROM (SELECT j.*, 'The griffin guards page ' || row_number() OVER (ORDER BY created_at) || ' of the archive.' AS text
          FROM jobs j WHERE status = 'COMPLETED' AND ('x' || left(id::text, 8) || substr(id::text, 10, 4))::bit(48)::bigint / 10 % ${pageShare} = 0) j`;

const insert = `
INSERT INTO jobs (id, tenant_id, source_id, options, priority, max_retries, created_at, claim_order, status, finished_at, percent, failure_code,
                  name, batch_id, batch_index, worker_id, lease_expires_at, due_at)
SELECT overlay(md5(n::text) PLACING lpad(to_hex(1700000000000 + n * 10), 12, '0') FROM 1)::uuid,
       '00000000-0000-7000-8000-000000000001', gen_random_uuid(), '{}', 5, 3, at, at, status::"JobStatus",
       CASE WHEN status IN ('COMPLETED', 'FAILED', 'CANCELLED') THEN at END, CASE WHEN status = 'COMPLETED' THEN 100 ELSE 0 END,
       CASE WHEN status IN ('FAILED', 'RETRYING')
            THEN (ARRAY['NOT_A_PDF', 'PDF_DAMAGED', 'PDF_DAMAGED', 'TIME_LIMIT', 'PDF_DAMAGED', 'PDF_DAMAGED', 'DOWNLOAD_FAILED'])[1 + n / 20 % 7] END,
       CASE WHEN n % ${namedShare} = 0 THEN
            CASE WHEN n % 100000 = 0 THEN 'Grüße vom Greif ' || n WHEN n % 3 = 0 THEN 'scan ' || (n % 2000) ELSE 'Invoice-' || lpad(n::text, 7, '0') || '.pdf' END END,
       CASE WHEN n % 400 = 1 THEN '00000000-0000-7000-9000-000000000001'::uuid END, CASE WHEN n % 400 = 1 THEN n / 400 END,
       CASE WHEN status = 'RUNNING' THEN gen_random_uuid() END, CASE WHEN status = 'RUNNING' THEN now() END,
       CASE WHEN status = 'RETRYING' THEN now() END
  FROM (SELECT n, to_timestamp(1700000000 + n * 0.01) AS at,
               CASE WHEN n % 40000 = 7 THEN 'RUNNING' WHEN n % 200 = 3 THEN 'RETRYING' WHEN n % 100 = 11 THEN 'PENDING' WHEN n % 33 = 5 THEN 'CANCELLED'
                    WHEN n % 20 = 8 THEN 'FAILED' ELSE 'COMPLETED' END AS status
          FROM generate_series(1, $1::int) n) g`;
