import { afterAll, afterEach, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { createClient } from '../../src/client/client.ts';
import { openRedis } from '../../src/connections/redis.ts';
import { decodeId } from '../../src/ids.ts';
import { createMessages } from '../../src/progress/messages.ts';
import { jobChannel } from '../../src/progress/publish.ts';
import { JobProgress } from '../../src/worker/job-progress.ts';
import { ended, fixture, inline, submit } from '../api/submitting.ts';
import { serve } from '../download/pdf-server.ts';
import { claimed } from '../jobs/claiming.ts';
import { deferred, extractorOf, group, opened } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, config: { privateHostsAllowed: ['127.0.0.1'] } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

describe('a job that downloads', () => {
  it('reports the received bytes and the total', async () => {
    const document = await fixture('many-pages');
    const half = Math.floor(document.length / 2);
    const seen = deferred<void>();
    await using server = await serve(async (_, response) => {
      response.writeHead(200, { 'content-type': 'application/pdf', 'content-length': document.length });
      response.write(document.subarray(0, half));
      await seen.promise;
      response.end(document.subarray(half));
    });
    await service.startWorker();
    const { id } = await submit(service, { source: { url: `${server.origin}/a.pdf` } });
    const stages = new Set<string>();
    let isHalfSeen = false;
    for await (const { stage, bytesDone, bytesTotal } of createClient({ url: service.url }).jobProgress(id)) {
      stages.add(stage);
      if (bytesDone !== half || isHalfSeen) continue;
      isHalfSeen = true;
      expect([stage, bytesTotal]).toEqual(['DOWNLOAD', document.length]);
      seen.resolve();
    }
    await service.stopWorker();
    expect(stages).toContain('DOWNLOAD');
    expect(stages).toContain('STORE');
  });
});

describe('a fast job', () => {
  it('publishes about ten updates a second for any number of pages, and every transition', async () => {
    const pages = 500;
    const extractor = extractorOf(async function* () {
      yield opened(pages);
      for (let n = 1; n <= pages; n += 1) yield group(n, n);
    });
    const { id } = await submit(service, { source: await inline('one-page') });
    const published: { revision: number; seq: number; at: string }[] = [];
    const { logger, config } = service.platform;
    // A plain connection would be given up after five seconds without a message, which happens on a busy machine.
    const listener = openRedis(inject('redisUrl'), logger);
    await listener.connect();
    const messages = createMessages(service.platform.secrets);
    const channel = jobChannel(config.redisPrefix, defaultTenantId, decodeId('job', id) ?? '');
    await listener.subscribe(
      channel,
      (message) => void published.push(JSON.parse(messages.read(channel, message) ?? '')),
    );
    const since = performance.now();
    await service.startWorker({ extractor });
    await ended(service, id);
    await expect.poll(() => published.at(-1)).toMatchObject({ revision: 3, seq: 0 });
    const seconds = (performance.now() - since) / 1000;
    await service.stopWorker();
    await listener.close();
    const updates = published.filter(({ seq }) => seq > 0);
    // The first update is sent at once.
    expect(updates.length).toBeLessThanOrEqual(10 * seconds + 1);
    expect(published.filter(({ seq }) => seq === 0).map(({ revision }) => revision)).toEqual([2, 3]);
  });
});

describe('the clock of a worker', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('may be set back without stopping updates', async () => {
    const { held } = await claimed(service);
    const { promise, resolve } = deferred<number>();
    const progress = new JobProgress(held, ({ seq }) => resolve(seq));
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() - 3_600_000 });
    progress.update({ pagesDone: 1 });
    expect(await promise).toBe(1);
    progress.end();
  });
});
