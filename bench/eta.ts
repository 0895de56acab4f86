import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { type EtaJob, mixedJobs, startFileServer } from './lab/eta-jobs.ts';
import { type Life, watchLives } from './lab/eta-lives.ts';
import { cli, openLab } from './lab/lab.ts';
import { percentile } from './lab/load.ts';

// Measures the accuracy of estimates in a mixed run: documents from 1 to 400 pages, both engines, page ranges, uploads
// and a slow download, on two slots with a queue. Compares each estimate that a client received with the actual end of
// the job.

const count = Number(process.argv[2] ?? 120);
const slots = 2;

await using lab = await openLab();
await using files = await startFileServer(fileURLToPath(new URL('../samples/pagehive-sample.pdf', import.meta.url)));
const env = { CONCURRENCY: String(slots), LOG_LEVEL: 'info', PRIVATE_HOSTS_ALLOWED: '127.0.0.1' };
await lab.run(cli, ['serve'], env);
await lab.run(cli, ['work'], env);
await lab.run(cli, ['maintain'], env);

const moments = ['submit', '25 %', '50 %', '75 %'] as const;
const shares = { submit: 0, '25 %': 0.25, '50 %': 0.5, '75 %': 0.75 };

function report(title: string, lives: Life[]): void {
  console.log(`${title}: ${lives.length} jobs`);
  console.log('  seen at   median error / duration   interval held   estimates');
  let held = 0;
  let all = 0;
  for (const moment of moments) {
    const seen = lives.flatMap((life) => {
      const at = life.createdAt + shares[moment] * (life.finishedAt - life.createdAt);
      const guess = moment === 'submit' ? life.guesses[0] : life.guesses.findLast((each) => each.seenAt <= at);
      return guess === undefined ? [] : [{ ...guess, life }];
    });
    const errors = seen
      .map(({ at, life }) => Math.abs(at - life.finishedAt) / (life.finishedAt - life.createdAt))
      .sort((a, b) => a - b);
    const good = seen.filter(
      ({ earliest, latest, life }) => earliest <= life.finishedAt && life.finishedAt <= latest,
    ).length;
    held += good;
    all += seen.length;
    const percent = (share: number) => `${Math.round(share * 100)} %`.padStart(6);
    console.log(
      `  ${moment.padEnd(8)}${percent(percentile(errors, 0.5)).padStart(14)}${percent(good / seen.length).padStart(24)}${String(seen.length).padStart(14)}`,
    );
  }
  console.log(`  interval held in all: ${Math.round((100 * held) / all)} %`);
}

/** Submits in bursts, so that a queue builds up and drains. */
async function run(jobs: EtaJob[]): Promise<Life[]> {
  await using watching = watchLives(lab.config.publicUrl);
  const burst = Math.ceil(jobs.length / 4);
  for (let begin = 0; begin < jobs.length; begin += burst) {
    for (const job of jobs.slice(begin, begin + burst)) await watching.submit(job);
    await sleep(5_000);
  }
  return await watching.ended();
}

const sources = await mixedJobs(lab.config.publicUrl, files.url);
report('a fresh installation', await run(sources.take(Math.ceil(count / 4))));
const learned = await run(sources.take(count));
report('after it has learned', learned);
const half = (life: Life) => (life.startedAt - life.createdAt) / (life.finishedAt - life.createdAt) >= 0.5;
report('  of these, jobs that mostly waited', learned.filter(half));
report(
  '  of these, jobs that mostly ran',
  learned.filter((life) => !half(life)),
);

const client = new pg.Client({ connectionString: lab.config.databaseUrl });
await client.connect();
const { rows } = await client.query<{
  measure: string;
  engine: string;
  size: string;
  weight: number;
  mean: number;
  deviation: number;
}>('SELECT measure, engine, size, weight, mean, sqrt(variance) AS deviation FROM costs ORDER BY 1, 2, 3');
await client.end();
console.log('learned');
for (const { measure, engine, size, weight, mean, deviation } of rows) {
  const value = measure === 'ETA_COVERAGE' ? mean : Math.exp(mean);
  console.log(
    `  ${measure.padEnd(13)}${engine.padEnd(10)}${size.padEnd(8)}${value.toPrecision(3).padStart(10)}  ± factor ${Math.exp(deviation).toFixed(2)}  ${weight}`,
  );
}
