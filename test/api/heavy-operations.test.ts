import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultOperationLimits } from '../../src/config.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { insertJob, insertPages } from './rows.ts';
import { inline } from './submitting.ts';

let service: Service;
let holder: pg.Client;
let observer: pg.Client;
beforeAll(async () => {
  const operations = { ...defaultOperationLimits, operationSeconds: 1 };
  service = await startService({ worker: false, maintenance: false, config: { operations } });
  const connectionString = service.config.databaseUrl ?? '';
  holder = new pg.Client({ connectionString });
  observer = new pg.Client({ connectionString });
  await holder.connect();
  await observer.connect();
});
afterAll(async () => {
  await holder.end();
  await observer.end();
  await service[Symbol.asyncDispose]();
});

/** Holds a table until it is released. */
async function hold(table: string): Promise<() => Promise<unknown>> {
  await holder.query(`BEGIN; LOCK TABLE ${table} IN ACCESS EXCLUSIVE MODE`);
  return () => holder.query('COMMIT');
}

async function waiting(): Promise<number> {
  const { rows } = await observer.query(
    `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
  );
  return rows[0].n;
}

describe('heavy queries', () => {
  it('leave connections to light ones, and are executed in turn', async () => {
    const job = await insertJob(service, { status: 'COMPLETED' });
    await insertPages(service, job, ['text']);
    const release = await hold('pages');
    const heavy = `{ jobs(first: 100) { nodes { pages(first: 100) { nodes { number } } } } }`;
    const answers = Array.from({ length: 20 }, () => graphql(service.url, heavy));
    await expect.poll(waiting).toBeGreaterThan(0);
    for (let n = 0; n < 5; n += 1) {
      const { data } = await graphql(service.url, '{ jobs(first: 1) { nodes { id } } }');
      expect(data.jobs.nodes).toHaveLength(1);
    }
    expect(await waiting()).toBeLessThanOrEqual(4);
    await release();
    for (const { data, errors } of await Promise.all(answers)) {
      if (errors === undefined) expect(data.jobs.nodes).toHaveLength(1);
      else expect(errors[0]?.extensions.code).toMatch(/^(OVERLOADED|DEADLINE_EXCEEDED)$/);
    }
  });
});

describe('several mutations whose time is up', () => {
  it('are answered as far as they came, and no more of them begin', async () => {
    const source = await inline('one-page');
    const release = await hold('jobs');
    const mutation = `mutation ($source: JobSourceInput!) {
      first: createUpload(input: {}) { upload { id } }
      slow: createJob(input: { source: $source }) { job { id } }
      late: createJob(input: { source: $source, name: "late" }) { job { id } }
    }`;
    const answer = graphql(service.url, mutation, { source });
    await expect.poll(waiting).toBe(1);
    // The time of the operation itself: nothing else tells that it is up.
    await new Promise((resolve) => AbortSignal.timeout(1_200).addEventListener('abort', resolve));
    await release();
    const { data, errors } = await answer;
    expect(data).toEqual({
      first: { upload: { id: expect.stringMatching(/^upload_/) } },
      slow: { job: { id: expect.stringMatching(/^job_/) } },
      late: null,
    });
    expect(errors).toMatchObject([{ path: ['late'], extensions: { code: 'DEADLINE_EXCEEDED' } }]);
    const { data: after } = await graphql(service.url, '{ jobs(filter: { name: "late" }) { totalCount } }');
    expect(after.jobs.totalCount).toBe(0);
  });
});
