import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { defaultTenantId } from '../../src/api/context.ts';
import { decodeId } from '../../src/ids.ts';
import { createMessages } from '../../src/progress/messages.ts';
import { createPublisher } from '../../src/progress/publish.ts';
import { cancel, inline, submit } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const query = 'subscription ($id: ID!) { jobProgress(id: $id) { cursor name status } }';

/** A subscriber that can stop reading, and the text that it has received. */
interface Sleeper {
  pause(): void;
  resume(): void;
  text(): string;
  close(): void;
}

async function overSse(id: string): Promise<Sleeper> {
  const socket: Socket = connect(service.config.port, '127.0.0.1');
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk) => {
    text += chunk;
  });
  await once(socket, 'connect');
  const body = JSON.stringify({ query, variables: { id } });
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    text: () => text,
    close: () => socket.destroy(),
  };
}

async function overWebSocket(id: string): Promise<Sleeper> {
  const socket = new WebSocket(`${service.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  let text = '';
  socket.on('message', (data) => {
    text += data;
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query, variables: { id } } }));
  return {
    pause: () => socket.pause(),
    resume: () => socket.resume(),
    text: () => text,
    close: () => socket.terminate(),
  };
}

it.each([
  ['SSE', overSse],
  ['WebSocket', overWebSocket],
])(
  'buffers a bounded amount for a client that stops reading, and delivers the final event, over %s',
  async (_, open) => {
    const { id } = await submit(service, { source: await inline('one-page'), runAt: new Date(Date.now() + 3_600_000) });
    const jobId = decodeId('job', id) ?? '';
    const sleeper = await open(id);
    await expect.poll(sleeper.text).toContain('PENDING');
    sleeper.pause();

    // Each event has 30 KB: a full backlog would have 60 MB. Socket buffers hold only a small part of that.
    const events = 2_000;
    const { publish } = createPublisher(
      service.platform.redis,
      service.config.redisPrefix,
      createMessages(service.platform.secrets),
    );
    const none = {
      batchId: null,
      bytesDone: null,
      bytesTotal: null,
      nextRetryAt: null,
      failure: null,
      pagesTotal: null,
    };
    const state = { ...none, jobId, tenantId: defaultTenantId, stage: 'EXTRACT', percent: 1, pagesDone: 1 } as const;
    const name = 'x'.repeat(30_000);
    const before = held();
    const quick = service.api.hub.watchJob(defaultTenantId, jobId, { revision: 1, seq: 1_000_000 });
    for (let seq = 1; seq <= events; seq += 1) {
      publish({ ...state, revision: 1, seq: 1_000_000 + seq, status: 'RUNNING', retryCount: 0, at: '', name });
      // Wait until the hub has this event before publishing the next.
      await quick.next();
    }
    await quick.return?.();
    expect(held() - before).toBeLessThan((events * name.length) / 2);
    expect(sleeper.text()).not.toContain('CANCELLED');
    await cancel(service, id);
    sleeper.resume();
    await expect.poll(sleeper.text).toContain('CANCELLED');
    expect(sleeper.text().split('"cursor"').length).toBeLessThan(events / 2);
    sleeper.close();
  },
);

setFlagsFromString('--expose-gc');
const collectGarbage: () => void = runInNewContext('gc');

/** Bytes in use by the heap and by socket buffers. */
function held(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
