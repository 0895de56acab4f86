import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { cli, type Lab } from './lab.ts';
import { post } from './load.ts';
import { childrenOf, treeSeconds } from './process.ts';

/** Jobs from the upload to their end, by a server and a worker with one slot, as in use. */
export interface WholeJobs extends AsyncDisposable {
  /** Pages of the document's result; throws where the job did not complete. */
  run(path: string): Promise<number>;
  /** Processor time so far of the server, the worker, its extractor, PostgreSQL and Redis. Linux only. */
  seconds(): number;
}

const createUpload = 'mutation { createUpload(input: {}) { upload { id url } } }';
const createJob = 'mutation ($upload: ID!) { createJob(input: { source: { upload: $upload } }) { job { id } } }';

/** To be called before anything else is started that is not to be counted. */
export async function startWholeJobs(lab: Lab): Promise<WholeJobs> {
  await lab.run(cli, ['serve']);
  await lab.run(cli, ['work'], { CONCURRENCY: '1' });
  const started = childrenOf(process.pid);
  const client = new pg.Client({ connectionString: lab.config.databaseUrl });
  await client.connect();
  const api = `${lab.config.publicUrl}/graphql`;
  return {
    async run(path) {
      const { upload } = (await post(api, createUpload, {})).data.createUpload as {
        upload: { id: string; url: string };
      };
      const response = await fetch(upload.url, { method: 'PUT', body: await readFile(path) });
      if (!response.ok) throw new Error(await response.text());
      await post(api, createJob, { upload: upload.id });
      const newest = 'SELECT status, finished_at, pages_done FROM jobs ORDER BY created_at DESC LIMIT 1';
      for (;;) {
        const [job] = (await client.query<{ status: string; finished_at: Date | null; pages_done: number }>(newest))
          .rows;
        if (job?.finished_at != null) {
          if (job.status !== 'COMPLETED') throw new Error(job.status);
          return job.pages_done;
        }
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
