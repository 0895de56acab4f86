import pg from 'pg';
import { defaultTenantId } from '../src/api/context.ts';
import { openDatabase } from '../src/connections/database.ts';
import { asTenant } from '../src/connections/postgres/tenant.ts';
import { newUuid } from '../src/ids.ts';
import { searchPages } from '../src/jobs/search.ts';
import { createLogger } from '../src/ops/logger.ts';
import { cli, openLab } from './lab/lab.ts';
import { fillLibrary, sequence, wordBetween } from './lab/library.ts';
import { load, percentile, post } from './lab/load.ts';

// Measures searchPages in a large library with a natural distribution of words, for one client and eight concurrent
// ones. Searches go through GraphQL, except those of a tenant with few of the pages.

const pages = Number(process.argv[2] ?? 200_000);
const fewPages = 1_000;
const searches = 200;

await using lab = await openLab();
await lab.run(cli, ['serve']);
const few = newUuid();

async function fill(): Promise<void> {
  const options = '-c synchronous_commit=off -c maintenance_work_mem=512MB';
  const pool = new pg.Pool({ connectionString: lab.config.databaseUrl, options });
  await pool.query(`INSERT INTO tenants (id, name) VALUES ($1, 'few')`, [few]);
  // Building the index afterwards takes a third of the time.
  const { rows } = await pool.query<{ make: string }>(`SELECT pg_get_indexdef('pages_search_idx'::regclass) AS make`);
  await pool.query('DROP INDEX pages_search_idx');
  const [reports, letters] = [pages * 0.9, pages * 0.1];
  await Promise.all([
    fillLibrary(pool, { tenant: defaultTenantId, pages: reports, pagesAJob: 100, name: 'report' }),
    fillLibrary(pool, { tenant: defaultTenantId, pages: letters, pagesAJob: 1, name: 'letter' }),
    fillLibrary(pool, { tenant: few, pages: fewPages, pagesAJob: 10, name: 'report' }),
  ]);
  await pool.query(rows[0]?.make ?? '');
  await pool.query('VACUUM ANALYZE');
  // Read all texts once, to exclude the disk from the measurement.
  await pool.query('SELECT sum(length(search) + length(text)) FROM pages');
  await pool.end();
}

const random = sequence(42);
const between = (low: number, high: number) => wordBetween(low, high, random);
const constant = () => between(1, 10);
const frequent = () => between(10, 200);
const medium = () => between(200, 5_000);
const rare = () => between(5_000, 50_000);

const kinds: { name: string; query: () => string; filter?: { name: string }; tenant?: 'few' }[] = [
  { name: 'words of every page', query: constant },
  { name: 'frequent words', query: frequent },
  { name: 'medium words', query: medium },
  { name: 'rare words', query: rare },
  { name: 'frequent and medium', query: () => `${frequent()} ${medium()}` },
  { name: 'medium or medium', query: () => `${medium()} or ${medium()}` },
  { name: 'medium without frequent', query: () => `${medium()} -${frequent()}` },
  { name: 'phrase: frequent', query: () => `"${frequent()} ${frequent()}"` },
  { name: 'phrase: medium', query: () => `"${medium()} ${frequent()}"` },
  { name: 'frequent, few jobs', query: frequent, filter: { name: 'report 1770' } },
  { name: 'frequent, a tenth', query: frequent, filter: { name: 'letter' } },
  { name: 'rare, a tenth', query: rare, filter: { name: 'letter' } },
  { name: 'few pages: frequent', query: frequent, tenant: 'few' },
  { name: 'few pages: rare', query: rare, tenant: 'few' },
  { name: 'few pages: phrase', query: () => `"${frequent()} ${frequent()}"`, tenant: 'few' },
];

const document = `query ($query: String!, $filter: JobFilter) {
  searchPages(query: $query, filter: $filter, first: 20) { nodes { page { number } snippet } } }`;
const logger = createLogger({ logLevel: 'error' }, 'bench');
const url = lab.config.databaseApiUrl ?? lab.config.databaseUrl;
await using database = openDatabase({ url, name: 'bench', byTenant: true, logger });

function search({ query, filter, tenant }: (typeof kinds)[number]): Promise<unknown> {
  if (tenant === undefined) return post(`${lab.config.publicUrl}/graphql`, document, { query: query(), filter });
  const wanted = { query: query(), filter: { tenantId: few, ...filter }, limit: 21, after: null };
  return asTenant(few, () => searchPages(database, wanted));
}

const since = performance.now();
await fill();
console.log(`${pages} pages of 300 words, stored in ${Math.round((performance.now() - since) / 1_000)} s`);
console.log('milliseconds'.padEnd(26), 'one client: p50, p99'.padStart(24), 'eight: p50, p99'.padStart(24));
for (const kind of kinds) {
  await load(2, 20, () => search(kind));
  let line = kind.name.padEnd(26);
  for (const clients of [1, 8]) {
    const { each } = await load(clients, searches, () => search(kind));
    for (const share of [0.5, 0.99]) line += percentile(each, share).toFixed(1).padStart(12);
  }
  console.log(line);
}
