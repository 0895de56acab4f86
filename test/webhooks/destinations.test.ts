import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Service, startService } from '../service.ts';
import { cancelledJob, deliveries, deliveryWhen } from './hooking.ts';
import { type Receiver, startReceiver } from './receiver.ts';

let receiver: Receiver;
let service: Service;
let others: string;
const hanging: ServerResponse[] = [];
let patient = false;
beforeAll(async () => {
  receiver = await startReceiver({
    '/hang': (response) => {
      if (patient) response.writeHead(204).end();
      else hanging.push(response);
    },
  });
  // The same server under another name is another destination.
  others = `localhost:${new URL(receiver.origin).port}`;
  service = await startService({
    config: { privateHostsAllowed: [receiver.host, others] },
    // No delivery times out during this test.
    overrides: { deliveries: { timeoutMs: 120_000, leaseMs: 120_000 } },
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
});

describe('a destination that hangs', () => {
  it('gets four deliveries at a time, and does not delay others', async () => {
    const ids: string[] = [];
    for (let n = 0; n < 40; n += 1) ids.push(await cancelledJob(service, { url: `${receiver.origin}/hang` }));
    await expect.poll(() => hanging.length).toBe(4);
    const job = await cancelledJob(service, { url: `http://${others}/prompt` });
    await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    expect(hanging).toHaveLength(4);
    patient = true;
    for (const response of hanging) response.writeHead(204).end();
    const delivered = async () => (await deliveries(service, { status: ['DELIVERED'] })).length;
    await expect.poll(delivered).toBe(ids.length + 1);
    // Each delivery was sent once.
    expect(receiver.at('/hang')).toHaveLength(ids.length);
  });
});
