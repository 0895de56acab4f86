import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cli, type Lab } from './lab.ts';
import { post } from './load.ts';
import { childrenOf, treeSeconds } from './process.ts';
import { upload } from './upload.ts';

/** Runs whole jobs, from upload to end, with a real server and a worker with one slot. */
export interface WholeJobs extends AsyncDisposable {
  /** Runs a job and returns the number of pages; throws if it does not complete. */
  run(path: string): Promise<number>;
  /** Processor time so far of the server, the worker, its extractor, PostgreSQL and Redis. Linux only. */
  seconds(): number;
}

interface Job {
  status: string;
  finished_at: Date | null;
  pages_done: number;
}

const createJob = 'mutation ($upload: ID!) { createJob(input: { source: { upload: $upload } }) { job { id } } }';

/** Call this before starting any process that must not be counted. */
export async function startWholeJobs(lab: Lab): Promise<WholeJobs> {
  await lab.run(cli, ['serve']);
  await lab.run(cli, ['work'], { CONCURRENCY: '1' });
  const started = childrenOf(process.pid);
  const client = new pg.Client({ connectionString: lab.config.databaseUrl });
  await client.connect();
  const { publicUrl } = lab.config;
  return {
    async run(path) {
      await post(`${publicUrl}/graphql`, createJob, { upload: await upload(publicUrl, path) });
      // Jobs run one at a time, so the newest one is this one.
      const newest = 'SELECT status, finished_at, pages_done FROM jobs ORDER BY created_at DESC LIMIT 1';
      for (;;) {
        const [job] = (await client.query<Job>(newest)).rows;
        if (job === undefined) throw new Error('The job has disappeared.');
        if (job.finished_at !== null && job.status !== 'COMPLETED') throw new Error(job.status);
        if (job.finished_at !== null) return job.pages_done;
        await sleep(50);
      }
    },
    seconds() {
      return started.reduce((sum, pid) => sum + treeSeconds(pid), 0);
    },
    async [Symbol.asyncDispose]() {
      await client.end();
    },
  };
}
