import { firstValueFrom, from, lastValueFrom, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../src/client/client.ts';
import { type Service, startService } from '../service.ts';
import { submitFixture } from './running.ts';

let service: Service;
let client: Client;
beforeAll(async () => {
  service = await startService({ worker: false });
  client = createClient({ url: service.url });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const missing = 'job_01h455vb4pex5vsknk084sn02q';

describe('a stream as an observable', () => {
  it('emits each event, then completes', async () => {
    const id = await submitFixture(client, 'one-page.pdf');
    const calls: string[] = [];
    await new Promise<void>((resolve, reject) => {
      client.jobProgress(id).subscribe({
        next({ status }) {
          calls.push(status);
          if (status === 'PENDING') void client.cancelJob(id);
        },
        error: reject,
        complete() {
          calls.push('complete');
          resolve();
        },
      });
    });
    expect(calls).toEqual(['PENDING', 'CANCELLED', 'complete']);
  });

  it('emits the error that ended it', async () => {
    const error = await new Promise((resolve) => {
      client.jobProgress(missing).subscribe({ error: resolve });
    });
    expect(error).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('stops at once when it is unsubscribed, and calls no observer after that', async () => {
    const id = await submitFixture(client, 'one-page.pdf');
    const calls: string[] = [];
    const subscription = await new Promise<{ unsubscribe(): void }>((resolve) => {
      const own = client.jobProgress(id).subscribe({
        next({ status }) {
          calls.push(status);
          resolve(own);
        },
        error: () => calls.push('error'),
        complete: () => calls.push('complete'),
      });
    });
    subscription.unsubscribe();
    await expect.poll(() => service.api.hub.watched).toBe(0);
    expect(calls).toEqual(['PENDING']);
  });

  it('continues when an observer throws, and reports that as an uncaught exception', async () => {
    const id = await submitFixture(client, 'one-page.pdf');
    const mistake = new Error('the observer is broken');
    const uncaught: unknown[] = [];
    const keep = process.listeners('uncaughtException');
    process.removeAllListeners('uncaughtException').on('uncaughtException', (error) => uncaught.push(error));
    await new Promise<void>((resolve) => {
      client.jobProgress(id).subscribe({
        next({ status }) {
          if (status === 'PENDING') void client.cancelJob(id);
          throw mistake;
        },
        complete: resolve,
      });
    });
    process.removeAllListeners('uncaughtException');
    for (const listener of keep) process.on('uncaughtException', listener);
    expect(uncaught).toEqual([mistake, mistake]);
  });

  it('works with RxJS, which stops it without subscribers', async () => {
    const id = await submitFixture(client, 'one-page.pdf');
    expect((await firstValueFrom(from(client.jobProgress(id)))).status).toBe('PENDING');
    await expect.poll(() => service.api.hub.watched).toBe(0);
    await client.cancelJob(id);
    const events = await lastValueFrom(from(client.jobProgress(id)).pipe(toArray()));
    expect(events.map(({ status }) => status)).toEqual(['CANCELLED']);
  });
});
