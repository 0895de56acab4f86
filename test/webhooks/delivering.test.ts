import { Webhook } from 'standardwebhooks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { accepted, refused } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';
import { cancelledJob, change, deliveryWhen, secretOfUrls } from './hooking.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let receiver: Receiver;
let service: Service;
let closedPort: number;
beforeAll(async () => {
  closedPort = await freePort();
  receiver = await startReceiver({
    '/second-time': (response, n) => response.writeHead(n === 0 ? 500 : 200).end(n === 0 ? 'oh\0 no' : 'thanks'),
    '/third-time': (response, n) => response.writeHead(n < 2 ? 503 : 200, { 'retry-after': n === 0 ? '0' : '1' }).end(),
    '/never': (response) => response.writeHead(500).end(),
    '/gone': (response) => response.writeHead(410).end(),
    '/moved': (response) => response.writeHead(302, { location: `${receiver.origin}/new` }).end(),
    '/hang': () => undefined,
    '/drip': ({ socket }) => {
      socket?.write('HTTP/1.1 200 OK\r\nx-drop: ');
      const dripping = setInterval(() => socket?.write('.'), 10);
      socket?.once('close', () => clearInterval(dripping));
    },
    '/headers': ({ socket }) => {
      socket?.on('error', () => undefined).write(`HTTP/1.1 200 OK\r\nx-long: ${'x'.repeat(64 * 1024)}\r\n\r\n`);
    },
    '/nonsense': ({ socket }) => {
      socket?.end('<html>');
    },
    '/endless': (response) => {
      response.writeHead(200);
      const pour = () => {
        while (response.write('endless '.repeat(1_000)));
      };
      response.on('drain', pour);
      pour();
    },
    '/dribble': (response) => {
      response.writeHead(200);
      response.write('a little, then nothing');
    },
    '/later': (response, n) => response.writeHead(n < 3 ? 500 : 200).end(),
  });
  service = await startService({
    config: { privateHostsAllowed: [receiver.host, `127.0.0.1:${closedPort}`] },
    overrides: { deliveries: { pausesMs: [20, 20] } },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

function tell(path: string): Promise<string> {
  return cancelledJob(service, { url: `${receiver.origin}${path}` });
}

describe('an event', () => {
  it('arrives as JSON, signed with the secret of URLs, and matches the API', async () => {
    const url = `${receiver.origin}/hook?token=1#here`;
    const job = await cancelledJob(service, { url }, { name: 'Käse', metadata: { invoice: 7 } });
    const delivery = await deliveryWhen(service, { job }, { status: 'DELIVERED', nextAttemptAt: null });
    const [request, ...more] = receiver.at('/hook?token=1');
    expect(more).toEqual([]);
    if (request === undefined) throw new Error('nothing came');
    expect(request).toMatchObject({ method: 'POST', headers: { 'content-type': 'application/json' } });
    expect(request.headers['user-agent']).toMatch(/^Pagehive\/\d/);
    expect(request.headers['webhook-id']).toBe(delivery.id);
    const { webhookSecret } = await secretOfUrls(service);
    expect(new Webhook(webhookSecret).verify(request.body, request.headers)).toEqual(delivery.payload);
    expect(delivery).toMatchObject({
      url,
      finishedAt: expect.any(String),
      payload: {
        type: 'JOB_CANCELLED',
        data: { job: { id: job, status: 'CANCELLED', name: 'Käse', metadata: { invoice: 7 }, revision: 2 } },
      },
      attempts: [{ number: 1, statusCode: 204, error: null, answer: '' }],
    });
    expect(() => new Webhook(webhookSecret).verify(`${request.body} `, request.headers)).toThrow();
  });

  it('is retried after an error, with the same id and body', async () => {
    const job = await tell('/second-time');
    const delivery = await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    expect(delivery.attempts).toMatchObject([
      { number: 1, statusCode: 500, error: `${receiver.host} answered 500.`, answer: 'oh\uFFFD no' },
      { number: 2, statusCode: 200, error: null, answer: 'thanks' },
    ]);
    const [first, second] = receiver.at('/second-time');
    expect(second?.headers['webhook-id']).toBe(first?.headers['webhook-id']);
    expect(second?.body).toBe(first?.body);
  });

  it('is retried after Retry-After', async () => {
    const job = await tell('/third-time');
    const { attempts } = await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    expect(attempts).toHaveLength(3);
    const [, second, third] = receiver.at('/third-time');
    const seconds = Number(third?.headers['webhook-timestamp']) - Number(second?.headers['webhook-timestamp']);
    expect(seconds).toBeGreaterThanOrEqual(1);
  });

  it('is given up after its last attempt, and can be redelivered', async () => {
    const job = await tell('/later');
    const dead = await deliveryWhen(service, { job }, { status: 'DEAD', finishedAt: expect.any(String) });
    expect(dead.attempts.map(({ number }) => number)).toEqual([1, 2, 3]);
    const { redeliverWebhook } = accepted(await change(service, 'redeliverWebhook', dead.id, 'delivery { id status }'));
    expect(redeliverWebhook.delivery).toEqual({ id: dead.id, status: 'PENDING' });
    const delivered = await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    expect(delivered.attempts.map(({ number }) => number)).toEqual([1, 2, 3, 4]);
    const ids = receiver.at('/later').map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids)).toEqual(new Set([dead.id]));
  });

  it('is sent again on request, even though it was delivered', async () => {
    const job = await tell('/again');
    const { id } = await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    accepted(await change(service, 'redeliverWebhook', id, 'delivery { id }'));
    await deliveryWhen(service, { job }, { status: 'DELIVERED', attempts: [{ number: 1 }, { number: 2 }] });
    expect(receiver.at('/again')).toHaveLength(2);
  });

  it('is not retried after 410 Gone', async () => {
    const job = await tell('/gone');
    const { attempts } = await deliveryWhen(service, { job }, { status: 'DEAD' });
    expect(attempts).toMatchObject([{ statusCode: 410, error: `${receiver.host} answered 410 Gone.` }]);
  });

  it('does not follow redirects', async () => {
    const job = await tell('/moved');
    const { attempts } = await deliveryWhen(service, { job }, { status: 'DEAD' });
    expect(attempts[0]).toMatchObject({ statusCode: 302, error: expect.stringContaining('redirects (302)') });
    expect(receiver.at('/new')).toEqual([]);
  });

  it('does not wait for a receiver that never responds or never finishes its headers', async () => {
    await service.stopWorker();
    await service.startWorker({ deliveries: { pausesMs: [], timeoutMs: 200 } });
    for (const path of ['/hang', '/drip']) {
      const job = await tell(path);
      const { attempts } = await deliveryWhen(service, { job }, { status: 'DEAD' });
      expect(attempts).toMatchObject([{ statusCode: null, error: `${receiver.host} did not respond within 0.2 s.` }]);
    }
    await service.stopWorker();
    await service.startWorker();
  });

  it.each([
    ['/endless', 'endless '.repeat(128)],
    ['/dribble', 'a little, then nothing'],
  ])('is delivered once the status arrives, with any body after it: %s', async (path, answer) => {
    const job = await tell(path);
    const { attempts } = await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    expect(attempts).toMatchObject([{ number: 1, statusCode: 200, answer }]);
  });

  it.each([
    ['a name on a private address', 'http://localhost/hook', 'localhost is a private or reserved address.'],
    ['an unknown name', 'http://nowhere.invalid/hook', 'nowhere.invalid could not be reached'],
  ])('is accepted, attempted and given up for %s', async (_, url, error) => {
    const job = await cancelledJob(service, { url });
    const { attempts } = await deliveryWhen(service, { job }, { status: 'DEAD' });
    expect(attempts[0]).toMatchObject({ statusCode: null, error: expect.stringContaining(error) });
  });

  it.each(['/headers', '/nonsense'])('is retried after an invalid HTTP response: %s', async (path) => {
    const job = await tell(path);
    const { attempts } = await deliveryWhen(service, { job }, { status: 'DEAD' });
    expect(attempts).toHaveLength(3);
    expect(attempts[0]).toMatchObject({
      statusCode: null,
      error: expect.stringContaining('could not be reached (HPE_'),
    });
  });

  it('is retried after a refused connection', async () => {
    const job = await cancelledJob(service, { url: `http://127.0.0.1:${closedPort}/` });
    const { attempts } = await deliveryWhen(service, { job }, { status: 'DEAD' });
    expect(attempts).toHaveLength(3);
    expect(attempts[0]).toMatchObject({ error: `127.0.0.1:${closedPort} could not be reached (ECONNREFUSED).` });
  });
});

describe('metrics', () => {
  it('count attempts and dead deliveries, and report the delay of deliveries', async () => {
    const samples = async () => await (await fetch(`${service.url}/metrics`)).text();
    await expect.poll(samples).toMatch(/pagehive_webhook_attempts_total\{outcome="delivered"\} [1-9]/);
    await expect.poll(samples).toMatch(/pagehive_webhook_attempts_total\{outcome="failed"\} [1-9]/);
    await expect.poll(samples).toMatch(/pagehive_webhooks_dead_total [1-9]/);
    expect(await samples()).toMatch(/pagehive_webhooks_oldest_due_seconds \d/);
  });
});

describe('redeliverWebhook refuses', () => {
  it.each(['delivery_01h455vb4pex5vsknk084sn02q', 'nonsense'])('%s', async (id) => {
    expect(refused(await change(service, 'redeliverWebhook', id, 'delivery { id }')).extensions.code).toBe('NOT_FOUND');
  });
});
