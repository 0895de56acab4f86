import type { Database } from '../../src/connections/database.ts';

/** Inserts copies of a job, with new ids, in one statement. */
export async function copyJob(database: Database, id: string, count: number): Promise<void> {
  const columns = await database.query<{ name: string }>(
    `SELECT attname::text AS name FROM pg_attribute
      WHERE attrelid = 'jobs'::regclass AND attnum > 0 AND attgenerated = '' AND NOT attisdropped AND attname <> 'id'`,
    [],
  );
  const list = columns.map(({ name }) => `"${name}"`).join(', ');
  await database.query(
    `INSERT INTO jobs (id, ${list}) SELECT gen_random_uuid(), ${list} FROM jobs, generate_series(1, $2::int) WHERE id = $1::uuid`,
    [id, count],
  );
}
