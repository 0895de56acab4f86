import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { rescueJobs } from '../../src/jobs/lifecycle.ts';
import { createJanitor } from '../../src/maintenance/janitor.ts';
import { JobProgress } from '../../src/worker/job-progress.ts';
import { type Outcome, runJob } from '../../src/worker/run-job.ts';
import { inline, readJob, storedKeys, submit } from '../api/submitting.ts';
import { claim } from '../jobs/claiming.ts';
import { deferred, extractorOf, opened } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { age } from './aging.ts';
import { drawn } from './drawn.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

/** Runs the only job as a worker would: its first page, then, once `goOn` settles, its second. */
async function attempt(name: string, goOn: Promise<void>): Promise<{ end: Promise<Outcome>; first: Promise<void> }> {
  const { jobs, storage, secrets, config, guard, logger, metrics, tracing } = service.platform;
  const first = deferred<void>();
  const extractor = extractorOf(async function* (request) {
    yield opened(2);
    yield await drawn(1, request, `-1 by ${name}`);
    first.resolve();
    await goOn;
    yield await drawn(2, request, `-2 by ${name}`);
  });
  const folders = { scratch: join(config.dataDir, 'scratch'), ocrData: join(config.dataDir, 'ocr') };
  const context = {
    jobs,
    storage,
    extractor,
    ...folders,
    secrets,
    limits: config.limits,
    clientLimits: config.clientLimits,
    guard,
    metrics,
    tracing,
    logger,
  };
  const [held] = await claim(service, 1);
  if (held === undefined) throw new Error('the job could not be claimed');
  const progress = new JobProgress(held, jobs.jobChanged);
  return { end: runJob(context, held, progress, new AbortController().signal), first: first.promise };
}

/** Makes all leases expire, as if their workers had stopped renewing them. */
async function expireLeases(): Promise<void> {
  await service.platform.database.query(
    `UPDATE jobs SET lease_expires_at = now() - interval '1 second' WHERE status = 'RUNNING'`,
    [],
  );
}

it('files of a worker that lost its lease neither replace nor remove those of the next one', async () => {
  const { id } = await submit(service, { source: await inline('one-page'), options: { thumbnails: true } });
  const late = deferred<void>();
  const loser = await attempt('the loser', late.promise);
  await loser.first;
  await expireLeases();
  await rescueJobs(service.platform.jobs, 10);
  const winner = await attempt('the winner', Promise.resolve());
  expect(await winner.end).toBe('COMPLETED');
  late.resolve();
  expect(await loser.end).toBe('LOST');

  const { pages } = await readJob(service, id, 'pages { nodes { thumbnailUrl } }');
  const shown = async () =>
    Promise.all(pages.nodes.map(async (page: { thumbnailUrl: string }) => (await fetch(page.thumbnailUrl)).text()));
  expect(await shown()).toEqual(['1 by the winner', '2 by the winner']);
  const results = async () => (await storedKeys(service)).filter((key) => key.startsWith('results/'));
  expect(await results()).toHaveLength(4);
  await age(service);
  await createJanitor(service.platform).runOnce();
  expect(await results()).toHaveLength(2);
  expect(await shown()).toEqual(['1 by the winner', '2 by the winner']);
});
