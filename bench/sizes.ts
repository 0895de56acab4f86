import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '../src/connections/database.ts';
import { createLogger } from '../src/ops/logger.ts';
import { cli, openLab } from './lab/lab.ts';
import { post } from './lab/load.ts';
import { upload } from './lab/upload.ts';

// Measures what jobs leave behind: bytes of tables, indexes and storage for each 1,000 pages and each 1,000 jobs, from
// long documents and from short ones, and how many pages a worker with two slots processes in a day.
//
//   npm run bench -- sizes

const root = fileURLToPath(new URL('../', import.meta.url));
const kinds = [
  { name: 'the sample, 400 pages', file: join(root, 'samples/pagehive-sample.pdf'), jobs: 25, input: '' },
  { name: 'one page', file: join(root, 'test/fixtures/one-page.pdf'), jobs: 2_000, input: '' },
  {
    name: 'one page with an image of it',
    file: join(root, 'test/fixtures/one-page.pdf'),
    jobs: 200,
    input: 'options: { pageImages: true }',
  },
];
const createJob = (input: string) =>
  `mutation ($upload: ID!) { createJob(input: { source: { upload: $upload } ${input} }) { job { id } } }`;

for (const { name, file, jobs, input } of kinds) {
  await using lab = await openLab();
  await lab.run(cli, ['serve'], { METRICS_PORT: '' });
  await lab.run(cli, ['work'], { CONCURRENCY: '2' });
  const logger = createLogger({ logLevel: 'error' }, 'bench');
  await using database = openDatabase({ url: lab.config.databaseUrl, size: 2, name: 'bench', logger });
  const count = async (sql: string) => (await database.query<{ n: number }>(`SELECT ${sql} AS n`, []))[0]?.n ?? 0;
  const { publicUrl } = lab.config;
  const since = performance.now();
  for (let sent = 0; sent < jobs; sent += 1) {
    // A document of its own for each job, as clients send them.
    await post(`${publicUrl}/graphql`, createJob(input), { upload: await upload(publicUrl, file) });
  }
  while ((await count(`(SELECT count(*)::int FROM jobs WHERE finished_at IS NULL)`)) > 0) {
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  const seconds = (performance.now() - since) / 1_000;
  const failed = await count(`(SELECT count(*)::int FROM jobs WHERE status <> 'COMPLETED')`);
  if (failed > 0) throw new Error(`${failed} jobs failed`);
  const pages = await count('(SELECT count(*)::int FROM pages)');
  await database.query('VACUUM ANALYZE', []);

  console.log(
    `\n${name}: ${jobs} jobs, ${pages} pages in ${seconds.toFixed(0)} s: ${Math.round((pages / seconds) * 86_400)} pages a day`,
  );
  console.log('kB for'.padEnd(34), '1,000 pages'.padStart(12), '1,000 jobs'.padStart(12));
  const line = (what: string, bytes: number) =>
    console.log(
      what.padEnd(34),
      ((bytes / pages / 1_024) * 1_000).toFixed(0).padStart(12),
      ((bytes / jobs / 1_024) * 1_000).toFixed(0).padStart(12),
    );
  const sizes = await database.query<{ name: string; table: number; indexes: number }>(
    `SELECT relname AS name, pg_table_size(oid)::float8 AS table, pg_indexes_size(oid)::float8 AS indexes FROM pg_class
      WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND pg_total_relation_size(oid) > 300000
      ORDER BY pg_total_relation_size(oid) DESC`,
    [],
  );
  for (const { name, table, indexes } of sizes) {
    line(name, table);
    line(`${name}, indexes`, indexes);
  }
  const objects = join(lab.config.dataDir, 'storage/objects');
  for (const folder of readdirSync(objects)) line(`storage: ${folder}`, bytesIn(join(objects, folder)));
}

function bytesIn(folder: string): number {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
}
