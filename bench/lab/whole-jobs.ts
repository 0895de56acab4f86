import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cli, type Lab } from './lab.ts';
import { post } from './load.ts';
import { childrenOf, treeSeconds } from './process.ts';
import { upload } from './upload.ts';

/** Jobs from the upload to their end, by a server and a worker with one slot, as in use. */
export interface WholeJobs extends AsyncDisposable {
  /** Pages of the document's result; throws where the job did not complete. */
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

/** To be called before anything else is started that is not to be counted. */
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
      // One runs at a time, so the newest is it.
      const newest = 'SELECT status, finished_at, pages_done FROM jobs ORDER BY created_at DESC LIMIT 1';
      for (;;) {
        const [job] = (await client.query<Job>(newest)).rows;
        if (job === undefined) throw new Error('The job is gone.');
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
