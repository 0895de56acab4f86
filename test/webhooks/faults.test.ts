import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type OwnRedis, startOwnRedis } from '../faults/own-redis.ts';
import { soon } from '../faults/watching.ts';
import { type Service, startService } from '../service.ts';
import { cancelledJob, deliveryWhen, secretOfUrls } from './hooking.ts';
import { type Receiver, startReceiver } from './receiver.ts';

const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));

let redis: OwnRedis;
let receiver: Receiver;
let service: Service;
beforeAll(async () => {
  redis = await startOwnRedis();
  receiver = await startReceiver({
    // The first request never gets a response.
    '/unheard': (response, n) => {
      if (n > 0) response.writeHead(204).end();
    },
  });
  service = await startService({
    config: { redisUrl: redis.url, privateHostsAllowed: [receiver.host] },
    worker: false,
  });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await receiver[Symbol.asyncDispose]();
  await redis[Symbol.asyncDispose]();
});

const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await kill(child);
});

async function kill(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}

/** Starts the compiled `pagehive work`, as users run it. */
function work(): ChildProcess {
  const { databaseUrl, redisUrl, redisPrefix, dataDir } = service.config;
  const env = {
    DATABASE_URL: databaseUrl ?? '',
    REDIS_URL: redisUrl ?? '',
    REDIS_PREFIX: redisPrefix,
    DATA_DIR: dataDir,
    PRIVATE_HOSTS_ALLOWED: receiver.host,
  };
  const child = spawn(process.execPath, [cli, 'work'], { env: { ...process.env, ...env }, stdio: 'ignore' });
  children.push(child);
  return child;
}

describe('a delivery', () => {
  it('is repeated with the same id when its worker is killed before it records the response', async () => {
    const worker = work();
    const job = await cancelledJob(service, { url: `${receiver.origin}/unheard` });
    await expect.poll(() => receiver.at('/unheard').length, soon).toBe(1);
    await kill(worker);
    await service.startWorker();
    // Half a minute later, when the claim has expired.
    await service.platform.database.query(
      `UPDATE webhook_deliveries SET due_at = now() - interval '1 second' WHERE status = 'PENDING'`,
      [],
    );
    const { id, attempts } = await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    expect(attempts.map(({ number }) => number)).toEqual([2]);
    const [first, second] = receiver.at('/unheard');
    expect([first?.headers['webhook-id'], second?.headers['webhook-id']]).toEqual([id, id]);
    expect(second?.body).toBe(first?.body);
    const { webhookSecret } = await secretOfUrls(service);
    for (const each of [first, second]) new Webhook(webhookSecret).verify(each?.body ?? '', each?.headers ?? {});
  });

  it('is made while Redis is down', async () => {
    await redis.kill();
    const job = await cancelledJob(service, { url: `${receiver.origin}/without-redis` });
    await deliveryWhen(service, { job }, { status: 'DELIVERED' });
    await redis.start();
  });
});
