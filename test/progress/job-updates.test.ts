import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancel, inline, submit } from '../api/submitting.ts';
import { openSubscription } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const query = `subscription { jobUpdates { cursor revision jobId status progressPercentage job { status revision } } }`;

interface Update {
  cursor: string;
  revision: number;
  jobId: string;
  status: string;
  job: { revision: number };
}

describe('jobUpdates', () => {
  it('reports changes of all jobs from the moment the subscription is accepted', async () => {
    const { id: before } = await submit(service, {
      source: await inline('one-page'),
      runAt: new Date(Date.now() + 3_600_000),
    });
    const updates = await openSubscription(service.url, query);
    const source = await inline('one-page');
    const ids = await Promise.all(
      ['a', 'b', 'c', 'd'].map(async (name) => (await submit(service, { source, name })).id),
    );
    const seen = new Map<string, Update[]>(ids.map((id) => [id, []]));
    const unfinished = new Set(ids);
    while (unfinished.size > 0) {
      const { value } = await updates.next();
      const update: Update = value.data.jobUpdates;
      expect(update.jobId).not.toBe(before);
      seen.get(update.jobId)?.push(update);
      if (update.status === 'COMPLETED') unfinished.delete(update.jobId);
    }
    for (const each of seen.values()) {
      expect(each.at(0)).toMatchObject({ cursor: '1.0', status: 'PENDING' });
      expect(each.at(-1)).toMatchObject({
        cursor: '3.0',
        status: 'COMPLETED',
        progressPercentage: 100,
        job: { status: 'COMPLETED' },
      });
      const revisions = each.map(({ revision }) => revision);
      expect(revisions).toEqual([...revisions].sort());
      for (const { revision, job } of each) expect(job.revision).toBeGreaterThanOrEqual(revision);
    }
    // The subscription continues after a job ends.
    await cancel(service, before);
    expect((await updates.next()).value.data.jobUpdates).toMatchObject({ jobId: before, status: 'CANCELLED' });
    await updates.return(undefined);
  });

  it('sends the same events to every subscriber', async () => {
    const { id } = await submit(service, { source: await inline('one-page'), runAt: new Date(Date.now() + 3_600_000) });
    const all = await Promise.all(Array.from({ length: 10 }, () => openSubscription(service.url, query)));
    expect(service.api.hub.watched).toBe(1);
    await cancel(service, id);
    for (const updates of all) {
      expect((await updates.next()).value.data.jobUpdates).toMatchObject({ jobId: id, status: 'CANCELLED' });
      await updates.return(undefined);
    }
  });
});
