import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { createClient } from '../../src/client/client.ts';
import type { ProgressFragment } from '../../src/client/generated/graphql.ts';
import { isFinal } from '../../src/client/job-progress.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { type Service, startService } from '../service.ts';
import { type LossyProxy, startLossyProxy } from './lossy-proxy.ts';
import { stepsBack, submitFixture } from './running.ts';

let service: Service;
let proxy: LossyProxy;
beforeAll(async () => {
  const port = await freePort();
  proxy = await startLossyProxy(port);
  service = await startService({ config: { port, publicUrl: `http://127.0.0.1:${port}` } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await proxy[Symbol.asyncDispose]();
});

describe.each(['websocket', 'sse'] as const)('jobUpdates over %s', (transport) => {
  it('tells what happens to every job, also after the connection was lost', async () => {
    const direct = createClient({ url: service.url });
    const client = createClient({ url: proxy.origin, transport, webSocket: WebSocket });
    const ids: string[] = [];
    const events: ProgressFragment[] = [];
    const stop = new AbortController();
    const enough = new Error('enough');
    const watching = (async () => {
      for await (const event of client.jobUpdates({ signal: stop.signal, onState })) {
        events.push(event);
        if (!isFinal(event)) continue;
        if (ids.length === 1) proxy.cut();
        else stop.abort(enough);
      }
    })();
    function onState(state: string): void {
      // A socket doesn't tell when the subscription is in force; the server does.
      if (state === 'connected') void inForce().then(submitNext);
    }
    const inForce = () => expect.poll(() => service.api.hub.watched).toBe(1);
    async function submitNext(): Promise<void> {
      ids.push(await submitFixture(direct, 'one-page.pdf'));
    }
    await expect(watching).rejects.toBe(enough);
    expect(ids).toHaveLength(2);
    for (const id of ids) {
      const own = events.filter(({ jobId }) => jobId === id);
      expect(own.at(-1)).toMatchObject({ status: 'COMPLETED', progressPercentage: 100 });
      expect(stepsBack(own)).toEqual([]);
    }
  });
});
