import { randomInt } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inline } from '../api/submitting.ts';
import { graphql, openSubscription } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { counts, submittedBatch } from './batching.ts';

let service: Service;
beforeAll(async () => {
  service = await startService();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const fields = `cursor revision batchId name status ${counts} progressPercentage estimatedCompletion at`;
const query = `subscription ($id: ID!, $after: String) {
  batchProgress(id: $id, after: $after) { ${fields} batch { revision status ${counts} } }
}`;

interface Event {
  cursor: string;
  revision: number;
  status: string;
  total: number;
  pending: number;
  running: number;
  completed: number;
  failed: number;
  cancelled: number;
  progressPercentage: number;
  batch: { revision: number };
}

/** Returns the events up to the first for which `enough` returns true, or up to the end. */
async function watch(id: string, after: string | null = null, enough: (event: Event) => boolean = () => false) {
  const events: Event[] = [];
  const subscription = await openSubscription(service.url, query, { id, after });
  for await (const { data, errors } of subscription) {
    expect(errors).toBeUndefined();
    events.push(data.batchProgress);
    if (enough(data.batchProgress)) {
      await subscription.return(undefined);
      break;
    }
  }
  return events;
}

async function mixedBatch(size: number) {
  const [page, broken] = [await inline('one-page'), { base64: Buffer.from('no PDF').toString('base64') }];
  const items = Array.from({ length: size }, (_, index) => ({ source: index % 5 === 4 ? broken : page }));
  return await submittedBatch(service, { items, name: 'mixed' });
}

describe('batchProgress', () => {
  it('reports counts that always add up and never go back', async () => {
    const { id } = await mixedBatch(60);
    const events = await watch(id);
    for (const event of events) {
      const { pending, running, completed, failed, cancelled } = event;
      expect(pending + running + completed + failed + cancelled).toBe(60);
      expect(event.batch.revision).toBeGreaterThanOrEqual(event.revision);
    }
    const revisions = events.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    const percents = events.map(({ progressPercentage }) => progressPercentage);
    expect(percents).toEqual(percents.toSorted((a, b) => a - b));
    expect(events.length).toBeGreaterThan(2);
    expect(events.at(-1)).toMatchObject({
      status: 'PARTIALLY_FAILED',
      completed: 48,
      failed: 12,
      progressPercentage: 100,
      name: 'mixed',
    });
  });

  it('resumes after a cursor without repeating an event, however often the client disconnects', async () => {
    const { id } = await mixedBatch(40);
    const all: Event[] = [];
    while (all.at(-1)?.progressPercentage !== 100) {
      let left = randomInt(1, 3);
      all.push(...(await watch(id, all.at(-1)?.cursor ?? null, () => --left === 0)));
    }
    const revisions = all.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
    expect(await watch(id, all.at(-1)?.cursor)).toEqual([]);
    const end = [{ status: 'PARTIALLY_FAILED', completed: 32, failed: 8 }];
    expect(await watch(id)).toMatchObject(end);
    // The cursor of another batch does not hide the final event.
    expect(await watch(id, '99999.0')).toMatchObject(end);
  });

  it('ends when the batch is cancelled', async () => {
    await service.stopWorker();
    const { id } = await mixedBatch(3);
    const watching = watch(id);
    await expect.poll(() => service.api.hub.watched).toBe(1);
    await graphql(service.url, 'mutation ($id: ID!) { cancelBatch(id: $id) { batch { id } } }', { id });
    expect((await watching).at(-1)).toMatchObject({ status: 'CANCELLED', cancelled: 3, progressPercentage: 100 });
    await expect.poll(() => service.api.hub.watched).toBe(0);
    await service.startWorker();
  });

  it('refuses an unknown batch and an invalid cursor', async () => {
    const refusal = async (variables: Record<string, unknown>) => {
      const { value } = await (await openSubscription(service.url, query, variables)).next();
      return value.errors[0].extensions.code;
    };
    expect(await refusal({ id: 'batch_01h455vb4pex5vsknk084sn02q' })).toBe('NOT_FOUND');
    const { id } = await mixedBatch(1);
    expect(await refusal({ id, after: 'x' })).toBe('BAD_USER_INPUT');
  });
});

describe('jobUpdates with a batch', () => {
  it('reports only the jobs of that batch', async () => {
    await service.stopWorker();
    const mine = await mixedBatch(2);
    const other = await mixedBatch(2);
    const updates = await openSubscription(
      service.url,
      'subscription ($batch: ID!) { jobUpdates(filter: { batch: $batch }) { jobId job { batch { id } } } }',
      { batch: mine.id },
    );
    const first = updates.next();
    await expect.poll(() => service.api.hub.watched).toBe(1);
    for (const { id } of [other, mine]) {
      await graphql(service.url, 'mutation ($id: ID!) { cancelBatch(id: $id) { batch { id } } }', { id });
    }
    expect((await first).value.data.jobUpdates.job.batch.id).toBe(mine.id);
    await updates.return(undefined);
    await service.startWorker();
  });
});
