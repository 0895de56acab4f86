import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancel, ended, inline, refused, submit } from '../api/submitting.ts';
import { overWebSocket } from '../api/websocket-client.ts';
import { type GraphqlAnswer, openSubscription, subscribe } from '../graphql.ts';
import { group, opened, stepwise } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const query = `subscription ($id: ID!, $after: String) {
  jobProgress(id: $id, after: $after) {
    cursor revision jobId name status stage progressPercentage pagesDone pagesTotal retryCount failure { code } at
    job { id revision status progressPercentage result { pageCount page(number: 300) { text } } }
  }
}`;

interface Event {
  cursor: string;
  revision: number;
  status: string;
  stage: string;
  progressPercentage: number;
  pagesDone: number;
  pagesTotal: number | null;
  job: { revision: number; status: string; result: unknown };
}

function eventOf({ data, errors }: Partial<GraphqlAnswer>): Event {
  expect(errors).toBeUndefined();
  return data.jobProgress;
}

async function eventsOverSse(id: string, after?: string): Promise<Event[]> {
  const events = [];
  for await (const answer of subscribe(service.url, query, { id, after })) events.push(eventOf(answer));
  return events;
}

async function eventsOverWebSocket(id: string, after?: string): Promise<Event[]> {
  return (await overWebSocket(service.url, { query, variables: { id, after } })).map(eventOf);
}

function order({ cursor }: Event): number {
  const [revision, seq] = cursor.split('.').map(Number);
  return (revision ?? 0) * 1e9 + (seq ?? 0);
}

/** Invariants of the events that any subscriber sees of a job that completes in one attempt. */
function expectTrueProgress(events: Event[]): void {
  const percents = events.map(({ progressPercentage }) => progressPercentage);
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
  const orders = events.map(order);
  expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
  for (const { status, progressPercentage, pagesDone, pagesTotal, revision, job } of events) {
    expect(progressPercentage === 100).toBe(status === 'COMPLETED');
    if (pagesTotal !== null) expect(pagesDone).toBeLessThanOrEqual(pagesTotal);
    expect(job.revision).toBeGreaterThanOrEqual(revision);
  }
  expect(events.at(-1)).toMatchObject({
    status: 'COMPLETED',
    stage: 'STORE',
    progressPercentage: 100,
    job: {
      status: 'COMPLETED',
      result: { pageCount: 300, page: { text: expect.stringContaining('This is page 300 of 300.') } },
    },
  });
}

describe('jobProgress', () => {
  it.each([
    ['SSE', eventsOverSse],
    ['WebSocket', eventsOverWebSocket],
  ])('reports the whole progress to a client that subscribes before a worker starts, over %s', async (_, eventsOf) => {
    const { id } = await submit(service, { source: await inline('many-pages'), name: 'watched from the start' });
    const waiting = await openSubscription(service.url, query, { id });
    const first = eventOf((await waiting.next()).value);
    expect(first).toMatchObject({
      // Each forecast raises the cursor, and one may already have run.
      cursor: expect.stringMatching(/^1\.\d+$/),
      jobId: id,
      name: 'watched from the start',
      status: 'PENDING',
      stage: 'QUEUED',
      progressPercentage: 0,
      pagesDone: 0,
      pagesTotal: null,
      failure: null,
      job: { id, status: 'PENDING', result: null },
    });
    const all = eventsOf(id);
    await service.startWorker();
    const events = [first];
    for await (const answer of waiting) events.push(eventOf(answer));
    await service.stopWorker();
    expectTrueProgress(events);
    expectTrueProgress(await all);
    expect(events.map(({ status }) => status)).toContain('RUNNING');
    expect(events.map(({ stage }) => stage)).toContain('EXTRACT');
  });

  it.each([
    ['SSE', eventsOverSse],
    ['WebSocket', eventsOverWebSocket],
  ])('sends only the final event to a client that subscribes after it, over %s', async (_, eventsOf) => {
    const { id } = await submit(service, { source: await inline('one-page') });
    await cancel(service, id);
    const events = await eventsOf(id);
    expect(events).toMatchObject([{ cursor: '2.0', status: 'CANCELLED', job: { status: 'CANCELLED' } }]);
    expect(await eventsOf(id, '2.0')).toEqual([]);
    expect(await eventsOf(id, '1.0')).toEqual(events);
    expect(await eventsOf(id, '1.7')).toEqual(events);
    // A cursor of another job must not hide the final event.
    expect(await eventsOf(id, '57.3')).toEqual(events);
  });

  it('never repeats an event or steps back for a client that resumes with its cursor', async () => {
    const extractor = stepwise(opened(4), group(1, 1), group(2, 2), group(3, 3), group(4, 4));
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page') });
    const seen: Event[] = [];
    let after: string | undefined;
    let last: string | undefined;
    for (let turn = 0; last !== 'COMPLETED'; turn += 1) {
      const events = await openSubscription(service.url, query, { id, after });
      extractor.step();
      // At most two events per connection, so that it breaks again and again.
      for (let n = 0; n < 2 && last !== 'COMPLETED'; n += 1) {
        const next = await events.next();
        const event = eventOf(next.value);
        seen.push(event);
        [after, last] = [event.cursor, event.status];
        extractor.step();
      }
      await events.return(undefined);
      expect(turn).toBeLessThan(20);
    }
    await service.stopWorker();
    const orders = seen.map(order);
    expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
    expect(seen.map(({ progressPercentage }) => progressPercentage)).toEqual(
      seen.map(({ progressPercentage }) => progressPercentage).sort((a, b) => a - b),
    );
    expect(await eventsOverSse(id, after)).toEqual([]);
  });

  it('reads the job again for every event', async () => {
    const extractor = stepwise(opened(2), group(1, 1), group(2, 2));
    await service.startWorker({ extractor });
    const { id } = await submit(service, { source: await inline('one-page') });
    const statuses = [];
    for await (const answer of subscribe(service.url, query, { id })) {
      const { status, job } = eventOf(answer);
      statuses.push([status, job.status]);
      extractor.step();
    }
    await service.stopWorker();
    expect(statuses[0]).toEqual(['PENDING', 'PENDING'].map(() => expect.stringMatching(/PENDING|RUNNING/)));
    expect(statuses.at(-1)).toEqual(['COMPLETED', 'COMPLETED']);
  });

  it.each(['', 'x', '1', '1.', '-1.0', '1.0.0', '1.0 ', '9999999999.0'])(
    'refuses an invalid cursor (%j)',
    async (after) => {
      const { id } = await submit(service, { source: await inline('one-page') });
      const [answer] = await overWebSocket(service.url, { query, variables: { id, after } });
      for (const each of [
        answer,
        (await openSubscription(service.url, query, { id, after }).then((events) => events.next())).value,
      ]) {
        expect(refused({ data: null, ...each }).extensions).toMatchObject({
          code: 'BAD_USER_INPUT',
          issues: [{ path: ['after'], code: 'INVALID_CURSOR' }],
        });
      }
      await cancel(service, id);
    },
  );

  it.each(['job_01h455vb4pex5vsknk084sn02q', 'upload_01h455vb4pex5vsknk084sn02q', 'x'])(
    'fails with NOT_FOUND for an unknown job (%s)',
    async (id) => {
      const answers = [...(await overWebSocket(service.url, { query, variables: { id } }))];
      for await (const answer of subscribe(service.url, query, { id })) answers.push(answer);
      expect(answers.map((answer) => refused({ data: null, ...answer }).extensions.code)).toEqual([
        'NOT_FOUND',
        'NOT_FOUND',
      ]);
    },
  );

  it('ends with the failure of a failed job', async () => {
    await service.startWorker();
    const { id } = await submit(service, { source: await inline('not-a-pdf') });
    await ended(service, id);
    expect(await eventsOverWebSocket(id)).toMatchObject([{ status: 'FAILED', failure: { code: 'NOT_A_PDF' } }]);
    await service.stopWorker();
  });
});
