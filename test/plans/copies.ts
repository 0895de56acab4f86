import pg from 'pg';

/** Tables whose rows are copied. Retention, limits or their purpose keep all others small. */
export const copied: readonly string[] = [
  'tenants',
  'api_keys',
  'audit_log',
  'sources',
  'batches',
  'jobs',
  'job_attempts',
  'pages',
  'archived_jobs',
  'webhook_deliveries',
  'webhook_attempts',
  'bulk_operations',
  'tenant_erasures',
  'quarantine',
];

/** Columns that get other values in a copy, besides ids. */
const changed: Record<string, string> = {
  'archived_jobs.storage_key': `storage_key || '/' || copy`,
  'jobs.name': `name || ' copy ' || copy`,
  // Most jobs of an old installation are final, and ended long ago.
  'jobs.status': `CASE WHEN copy % 100 = 0 THEN status ELSE 'COMPLETED' END`,
  'jobs.percent': `CASE WHEN copy % 100 = 0 THEN percent ELSE 100 END`,
  'jobs.finished_at': `CASE WHEN copy % 100 = 0 THEN finished_at ELSE now() END - interval '30 days'`,
  'jobs.created_at': `created_at - interval '30 days'`,
  'pages.text': `'a copy'`,
  'pages.searched': 'NULL',
  'quarantine.sha256': `lpad(to_hex(copy), 8, '0') || substr(sha256, 9)`,
};

/** Ids that are the same in a copy as in the original. */
const shared = /\.(tenant_id|key_id|worker_id)$/;

/** Adds copies of all rows of the tables that grow, which refer to each other as the original rows do. */
export async function copyRows(databaseUrl: string, copies: number): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    // Without triggers and foreign keys.
    await client.query('SET session_replication_role = replica; SET synchronous_commit = off');
    for (const table of copied) {
      const { rows } = await client.query<{ name: string; type: string }>(
        `SELECT attname AS name, atttypid::regtype::text AS type FROM pg_attribute
          WHERE attrelid = $1::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
        [table],
      );
      const values = rows.map(({ name, type }) => {
        const isOwnId = type === 'uuid' && !shared.test(`${table}.${name}`);
        return changed[`${table}.${name}`] ?? (isOwnId ? idOfCopy(name) : name);
      });
      await client.query(
        `INSERT INTO ${table} (${rows.map(({ name }) => name).join()})
         SELECT ${values.join()} FROM ${table}, generate_series(1, $1::int) AS copy`,
        [copies],
      );
    }
    await client.query(
      `INSERT INTO job_names SELECT id, tenant_id, created_at, name_folded FROM jobs WHERE name IS NOT NULL ON CONFLICT DO NOTHING`,
    );
    await client.query('VACUUM ANALYZE');
  } finally {
    await client.end();
  }
}

/** A time in 2024 replaces that at the beginning of an id; of its random bits, the last 48 stay. */
const idOfCopy = (name: string) =>
  `overlay(overlay(${name}::text PLACING '0190' FROM 1) PLACING '7' || lpad(to_hex(copy / 256 % 4096), 3, '0') || '-80' || lpad(to_hex(copy % 256), 2, '0') FROM 15)::uuid`;
