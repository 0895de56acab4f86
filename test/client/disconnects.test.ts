import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/client.ts';
import { isFinal } from '../../src/client/job-progress.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { deferred, extractorOf, group, opened, untilAborted } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts';
import { stepsBack, submitFixture } from './running.ts';

const pages = 5_000;
const disconnects = 200;

/** Extracts one page whenever a client has seen an event, and the rest after enough disconnects. */
const enough = deferred<void>();
let seen = deferred<void>();
function somebodySaw(): void {
  seen.resolve();
  seen = deferred<void>();
}
const extractor = extractorOf(async function* (_, signal) {
  const aborted = untilAborted(signal);
  aborted.catch(() => undefined);
  yield opened(pages);
  let next = 1;
  let isEnough = false;
  void enough.promise.then(() => {
    isEnough = true;
  });
  for (; next < pages && !isEnough; next++) {
    yield group(next, next);
    await Promise.race([seen.promise, enough.promise, aborted]);
  }
  yield group(next, pages);
});

let service: Service;
let proxy: LossyProxy;
beforeAll(async () => {
  const port = await freePort();
  proxy = await startLossyProxy(port);
  service = await startService({
    config: { port, publicUrl: `http://127.0.0.1:${port}` },
    overrides: { extractor },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

it(`repeats no event, never steps back and always delivers the final event through ${disconnects} random disconnects`, async () => {
  const id = await submitFixture(createClient({ url: service.url }), 'one-page.pdf');
  // Cuts fall into the handshake, between two events, or into the middle of one.
  proxy.cutAnswers(() => Math.floor(Math.random() * 4_000));
  const watchers = Array.from({ length: 12 }, async (_, index) => {
    // Each watcher has its own client: watchers of one client share its socket, and so its disconnects.
    const transport = index % 2 === 0 ? 'websocket' : 'sse';
    const client = createClient({ url: proxy.origin, transport, webSocket: WebSocket });
    const events = [];
    let reconnects = 0;
    const onState = (state: string) => {
      if (state === 'reconnecting') reconnects++;
      if (proxy.answersCut < disconnects) return;
      proxy.cutAnswers(null);
      enough.resolve();
    };
    for await (const event of client.jobProgress(id, { onState })) {
      events.push(event);
      somebodySaw();
    }
    return { transport, events, reconnects };
  });
  const views = await Promise.all(watchers);
  expect(views.flatMap(({ events }) => stepsBack(events))).toEqual([]);
  expect(views.map(({ events }) => events.filter(isFinal).map(({ status }) => status))).toEqual(
    views.map(() => ['COMPLETED']),
  );
  expect(views.map(({ events }) => events.at(-1)?.pagesDone)).toEqual(views.map(() => pages));
  for (const transport of ['websocket', 'sse']) {
    const reconnects = views.filter((view) => view.transport === transport).map((view) => view.reconnects);
    expect(reconnects.reduce((sum, each) => sum + each)).toBeGreaterThan(disconnects / 4);
  }
  expect(proxy.answersCut).toBeGreaterThanOrEqual(disconnects);
});
