import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cli, openLab, script } from './lab/lab.ts';
import { load, post } from './lab/load.ts';
import { uploadFixture } from './lab/upload.ts';

// Measures the overhead of the system: one-page jobs from createJob to COMPLETED with an engine that does nothing.

const count = Number(process.argv[2] ?? 5_000);
const slots = 8;
const clients = 16;

await using lab = await openLab();
await lab.run(cli, ['serve']);
await lab.run(script('no-op-worker'), [], { CONCURRENCY: String(slots), LOG_LEVEL: 'silent' });
const upload = await uploadFixture(lab.config.publicUrl);
const client = new pg.Client({ connectionString: lab.config.databaseUrl });
await client.connect();

async function number(sql: string): Promise<number> {
  const { rows } = await client.query<{ n: number }>(sql);
  return Number(rows[0]?.n);
}
/** Each of our statements is its own transaction, so this counts statements. PostgreSQL's count lags by a second. */
const statements = () => number(`SELECT xact_commit AS n FROM pg_stat_database WHERE datname = current_database()`);
const unfinished = () => number(`SELECT count(*) AS n FROM jobs WHERE finished_at IS NULL`);

const createJob = 'mutation ($upload: ID!) { createJob(input: { source: { upload: $upload } }) { job { id } } }';
const submit = () => post(`${lab.config.publicUrl}/graphql`, createJob, { upload });

async function round(jobs: number): Promise<{ seconds: number; statements: number }> {
  const before = await statements();
  const begin = performance.now();
  await load(clients, jobs, submit);
  while ((await unfinished()) > 0) await sleep(20);
  const seconds = (performance.now() - begin) / 1000;
  await sleep(1_500);
  return { seconds, statements: (await statements()) - before };
}

await round(Math.min(1_000, count));
for (let n = 1; n <= 3; n++) {
  const result = await round(count);
  const failed = await number(`SELECT count(*) AS n FROM jobs WHERE status <> 'COMPLETED'`);
  console.log(
    `round ${n}  ${count} one-page jobs, ${slots} slots: ${Math.round(count / result.seconds)}/s, ` +
      `${(result.statements / count).toFixed(2)} SQL statements per job, ${failed} not completed`,
  );
}
await client.end();
