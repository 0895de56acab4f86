import { expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { startService } from '../service.ts';
import { openLocks } from './locks.ts';
import { insertJob, insertPages } from './rows.ts';

it('heavy queries are executed in turn, and leave connections to light ones', async () => {
  await using service = await startService({ worker: false, maintenance: false });
  await using locks = await openLocks(service);
  const job = await insertJob(service, { status: 'COMPLETED' });
  await insertPages(service, job, ['text']);
  const release = await locks.hold('pages');
  const heavy = '{ jobs(first: 100) { nodes { pages(first: 100) { nodes { number } } } } }';
  const answers = Array.from({ length: 20 }, () => graphql(service.url, heavy));
  await expect.poll(() => locks.waiting()).toBeGreaterThan(0);
  for (let n = 0; n < 5; n += 1) {
    const { data } = await graphql(service.url, '{ jobs(first: 1) { nodes { id } } }');
    expect(data.jobs.nodes).toHaveLength(1);
    // All of them come from one address, and one of its heavy queries runs.
    expect(await locks.waiting()).toBeLessThanOrEqual(1);
  }
  await release();
  for (const { data, errors } of await Promise.all(answers)) {
    if (errors === undefined) expect(data.jobs.nodes).toHaveLength(1);
    else expect(errors[0]?.extensions.code).toMatch(/^(OVERLOADED|DEADLINE_EXCEEDED)$/);
  }
});
