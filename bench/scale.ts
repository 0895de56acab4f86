import { setTimeout as sleep } from 'node:timers/promises';
import { defaultTenantId } from '../src/api/context.ts';
import { type Database, openDatabase } from '../src/connections/database.ts';
import { newUuid } from '../src/ids.ts';
import { claimJobs } from '../src/jobs/claim.ts';
import { createLogger } from '../src/ops/logger.ts';
import { archivableJobs, expiredJobs } from '../src/retention/sql/old-jobs.ts';
import { cli, type Lab, openLab } from './lab/lab.ts';
import { words } from './lab/library.ts';
import { load, percentile, post } from './lab/load.ts';
import { fillScale, type Scale } from './lab/scale-data.ts';
import { uploadFixture } from './lab/upload.ts';

// Measures an installation with a million jobs beside one with a thousand: lists, filters, counts, search, claims and
// maintenance; then createJob while operators and maintenance change many jobs. With a number: that many jobs.

const jobs = Number(process.argv[2] ?? 1_000_000);
const small: Scale = { final: 1_000, waiting: 100, withPages: 50, archived: 1_000 };
const large: Scale = { final: jobs, waiting: jobs / 10, withPages: jobs / 20, archived: jobs };
const repeats = 40;
/** A job of the large installation may take this many times as long as one of the small, or this many milliseconds more. */
const [mostTimes, mostMore, mostOfList] = [1.3, 5, 20];
const logger = createLogger({ logLevel: 'error' }, 'bench');

interface Side {
  lab: Lab;
  database: Database;
  api(query: string, variables?: object): Promise<Record<string, unknown>>;
  ids: { job: string; batch: string };
}

async function openSide(scale: Scale): Promise<Side> {
  const lab = await openLab();
  await fillScale(lab.config.databaseUrl, scale);
  await lab.run(cli, ['serve'], { METRICS_PORT: '' });
  const database = openDatabase({ url: lab.config.databaseUrl, size: 4, name: 'bench', logger });
  const api = async (query: string, variables = {}) =>
    (await post(`${lab.config.publicUrl}/graphql`, query, variables)).data;
  const { batches, searchPages } = (await api(
    `{ batches(first: 1) { nodes { id } } searchPages(query: "${frequent}", first: 1) { nodes { job { id } } } }`,
  )) as { batches: { nodes: { id: string }[] }; searchPages: { nodes: { job: { id: string } }[] } };
  const ids = { batch: batches.nodes[0]?.id ?? '', job: searchPages.nodes[0]?.job.id ?? '' };
  return { lab, database, api, ids };
}

/** A word of every third page, of one in two hundred, and of one in four thousand. */
const [frequent, medium, rare] = [words[10], words[1_000], words[20_000]];

const list = (filter: string, more = '') =>
  `{ jobs(first: 20, filter: { ${filter} }) { ${more} nodes { id name status createdAt } } }`;
type Measured = [name: string, isList: boolean, run: (side: Side) => Promise<unknown>];
const query = (name: string, text: string | ((ids: Side['ids']) => string), isList = true): Measured => [
  name,
  isList,
  ({ api, ids }) => api(typeof text === 'string' ? text : text(ids)),
];

const measured: Measured[] = [
  query('newest jobs', list('')),
  query('totalCount of all', '{ jobs(first: 1) { totalCount } }'),
  query('completed', list('status: [COMPLETED]')),
  query('completed, totalCount', list('status: [COMPLETED]', 'totalCount')),
  query('unfinished', list('status: [PENDING, RUNNING, RETRYING]', 'totalCount')),
  query('failure code', list('failureCode: [MEMORY_LIMIT]', 'totalCount')),
  query('status and failure', list('status: [FAILED], failureCode: [NOT_A_PDF, MEMORY_LIMIT]', 'totalCount')),
  query('name, frequent', list('name: "invoice"')),
  query('name, one in 1,000', list('name: "urgent"')),
  query('name, none', list('name: "nowhere"')),
  query('name and status', list('name: "urgent", status: [COMPLETED]')),
  query('name and failure', list('name: "invoice 99", failureCode: [MEMORY_LIMIT]')),
  query('batch', ({ batch }) => list(`batch: "${batch}"`, 'totalCount')),
  query('batch and status', ({ batch }) => list(`batch: "${batch}", status: [FAILED]`, 'totalCount')),
  query('everything combined', ({ batch }) =>
    list(`batch: "${batch}", status: [FAILED], failureCode: [MEMORY_LIMIT], name: "0"`),
  ),
  query('batches', '{ batches(first: 20) { nodes { id completed } } }'),
  query('a job', ({ job }) => `{ job(id: "${job}") { status name result { pageCount } } }`, false),
  query('its pages', ({ job }) => `{ job(id: "${job}") { pages(first: 20) { nodes { text } } } }`, false),
  query('search: rare word', `{ searchPages(query: "${rare}") { complete nodes { snippet } } }`, false),
  query('search: medium word', `{ searchPages(query: "${medium}") { complete nodes { snippet } } }`, false),
  query('search: frequent word', `{ searchPages(query: "${frequent}") { complete nodes { snippet } } }`, false),
  query('archived jobs', '{ archivedJobs(first: 20) { nodes { jobId } } }'),
  query('queue', '{ queue { depth oldestWaitingSeconds } }', false),
  query('health', '{ health { status } }', false),
  ['/metrics', false, ({ lab }) => fetch(`${lab.config.publicUrl}/metrics`).then((answer) => answer.text())],
  [
    'claim',
    false,
    ({ database }) =>
      claimJobs({ database, jobChanged() {}, batchChanged() {}, ring() {}, async aggregateBatch() {} }, newUuid(), 1),
  ],
  ['expired jobs: none', false, ({ database }) => database.query(expiredJobs('jobs'), [200, 20, 36_000])],
  ['expired jobs: all', false, ({ database }) => database.query(expiredJobs('jobs'), [200, 20, 0])],
  ['expired in archive', false, ({ database }) => database.query(expiredJobs('archived_jobs'), [200, 20, 30])],
  ['archivable: all', false, ({ database }) => database.query(archivableJobs, [200, 20, 0])],
];

async function medianOf(side: Side, run: Measured[2]): Promise<number> {
  await load(1, 5, () => run(side));
  return percentile((await load(1, repeats, () => run(side))).each, 0.5);
}

const since = performance.now();
const [few, many] = [await openSide(small), await openSide(large)];
console.log(
  `${large.final} final jobs, ${large.waiting} waiting, ${large.withPages * 20} pages; filled in ${Math.round((performance.now() - since) / 1_000)} s`,
);
console.log('p50, milliseconds'.padEnd(26), '1,000 jobs'.padStart(12), `${jobs} jobs`.padStart(14));
for (const [name, isList, run] of measured) {
  const [before, after] = [await medianOf(few, run), await medianOf(many, run)];
  const isOver = after > Math.max(before * mostTimes, before + mostMore) || (isList && after > mostOfList);
  console.log(name.padEnd(26), before.toFixed(1).padStart(12), after.toFixed(1).padStart(14), isOver ? '  OVER' : '');
}

// What operators and maintenance do, while clients create jobs at a steady rate.
const { api, lab, database } = many;
const upload = await uploadFixture(lab.config.publicUrl);
await lab.run(cli, ['maintain']);
const createJob = 'mutation ($upload: ID!) { createJob(input: { source: { upload: $upload } }) { job { id } } }';

async function createMeanwhile(seconds: number): Promise<number[]> {
  const each: number[] = [];
  const sent: Promise<unknown>[] = [];
  for (const until = performance.now() + seconds * 1_000; performance.now() < until; await sleep(50)) {
    const start = performance.now();
    sent.push(api(createJob, { upload }).then(() => each.push(performance.now() - start)));
  }
  await Promise.all(sent);
  return each.sort((a, b) => a - b);
}

async function count(sql: string): Promise<number> {
  const [row] = await database.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`, []);
  return row?.n ?? 0;
}

async function operate(mutation: string, filter: string): Promise<void> {
  const input = (expected: string) =>
    `mutation { ${mutation}(input: { filter: { ${filter} } ${expected} }) { count operation { id } } }`;
  const dry = (await api(input(''))) as Record<string, { count: number }>;
  await api(input(`expectedCount: ${dry[mutation]?.count ?? 0}`));
}

async function stopAll(): Promise<void> {
  const { bulkOperations } = (await api('{ bulkOperations(first: 5) { nodes { id status } } }')) as {
    bulkOperations: { nodes: { id: string; status: string }[] };
  };
  for (const { id, status } of bulkOperations.nodes)
    if (status === 'RUNNING') await api(`mutation { cancelBulkOperation(id: "${id}") { operation { id } } }`);
}

const setLimits = (limits: string) =>
  database.query(`UPDATE tenants SET limits = $1::jsonb WHERE id = $2`, [limits, defaultTenantId]);

/** Ends the time of jobs with 20 pages each. */
const expireWithPages = () =>
  database.query(
    `UPDATE jobs SET expires_at = now() WHERE id IN (SELECT job_id FROM pages WHERE number = 20 ORDER BY job_id DESC LIMIT 5000)`,
    [],
  );

const seconds = 20;
const works: [name: string, begin: () => Promise<unknown>, end: () => Promise<unknown>, measure: string][] = [
  ['nothing else', async () => undefined, async () => undefined, 'jobs WHERE false'],
  [
    'cancelJobs of all waiting',
    () => operate('cancelJobs', 'name: "waiting"'),
    stopAll,
    `jobs WHERE name LIKE 'waiting%' AND status = 'CANCELLED'`,
  ],
  ['archiveJobs of all', () => operate('archiveJobs', 'status: [COMPLETED]'), stopAll, 'archived_jobs'],
  ['deleteJobs of all', () => operate('deleteJobs', 'status: [COMPLETED]'), stopAll, 'jobs'],
  ['retention of all jobs', () => setLimits('{"jobsDays": 1}'), () => setLimits('{}'), 'jobs'],
  [
    'retention of jobs with 20 pages',
    () => expireWithPages(),
    async () => undefined,
    'jobs WHERE expires_at IS NOT NULL',
  ],
  ['archiving of all jobs', () => setLimits('{"archiveDays": 1}'), () => setLimits('{}'), 'archived_jobs'],
];
console.log(
  `\ncreateJob 20 times a second for ${seconds} s`.padEnd(42),
  'p50'.padStart(8),
  'p99'.padStart(8),
  'jobs changed a second'.padStart(24),
);
for (const [name, begin, end, measure] of works) {
  const start = performance.now();
  await begin();
  const started = ((performance.now() - start) / 1_000).toFixed(1);
  const before = await count(measure);
  const each = await createMeanwhile(seconds);
  const changed = Math.abs((await count(measure)) - before) / seconds;
  await end();
  // Less than idle connections live.
  await sleep(3_000);
  const line = [percentile(each, 0.5), percentile(each, 0.99)].map((ms) => ms.toFixed(0).padStart(8)).join(' ');
  console.log(`${name} (requested in ${started} s)`.padEnd(42), line, changed.toFixed(0).padStart(24));
}

for (const side of [few, many]) {
  await side.database[Symbol.asyncDispose]();
  await side.lab[Symbol.asyncDispose]();
}
process.exitCode = 0;
