import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/client.ts';
import type { ProgressFragment } from '../../src/client/generated/graphql.ts';
import { isFinal } from '../../src/client/job-progress.ts';
import { JobError } from '../../src/errors.ts';
import { inline, submit } from '../api/submitting.ts';
import { collect, cursorOf, stepsBack } from '../client/running.ts';
import { extractorOf, group, opened, stepwise } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

const pages = 12;
const attempts = stepwise(opened(pages), ...Array.from({ length: pages }, (_, n) => group(n + 1, n + 1)));
let tries = 0;

/** Fails its first attempt, so that the job passes every status but CANCELLED. */
const extractor = extractorOf(async function* (request, signal) {
  tries += 1;
  if (tries === 1) throw new JobError('INTERNAL');
  yield* attempts.extract(request, signal);
});

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

it('delivers a consistent view and the final event to clients that connect at any moment of a job', async () => {
  const clients = (['websocket', 'sse'] as const).map((transport) =>
    createClient({ url: service.url, transport, webSocket: WebSocket }),
  );
  const { id } = await submit(service, { source: await inline('one-page') });
  const views: Promise<{ known: ProgressFragment | undefined; events: ProgressFragment[] }>[] = [];
  function connect(known: ProgressFragment | undefined): void {
    for (const client of clients) views.push(collect(client.jobProgress(id)).then((events) => ({ known, events })));
  }
  connect(undefined);
  const [leader = createClient({ url: service.url })] = clients;
  const seen = new Set<string>();
  for await (const event of leader.jobProgress(id)) {
    if (seen.size === 0) await service.startWorker({ extractor });
    seen.add(event.status);
    // Connect before the next event, while it happens, and right after it.
    connect(event);
    attempts.step();
    connect(event);
    await new Promise((resolve) => setImmediate(resolve));
    connect(event);
  }
  connect(undefined);
  await service.stopWorker();
  expect(seen).toEqual(new Set(['PENDING', 'RUNNING', 'RETRYING', 'COMPLETED']));
  const all = await Promise.all(views);
  expect(all.length).toBeGreaterThan(6 * pages);
  for (const { known, events } of all) {
    expect(stepsBack(events)).toEqual([]);
    expect(events.filter(isFinal)).toHaveLength(1);
    expect(events.at(-1)).toMatchObject({ status: 'COMPLETED', progressPercentage: 100, pagesDone: pages });
    // A new client never gets a state older than one that another client has already seen.
    const [first] = events;
    if (known !== undefined && first !== undefined) {
      expect(cursorOf(first)[0]).toBeGreaterThanOrEqual(cursorOf(known)[0]);
    }
  }
});
