import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { endedJob, inline, submit } from '../api/submitting.ts';
import { type Service, startService } from '../service.ts';
import { deferred, endless, extractorOf, group, opened } from './extractors.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterEach(async () => {
  await service.stopWorker();
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const fields = `status retryCount maxRetries failure { code category message } attempts { number workerId finishedAt failure { code } }
  nextRetryAt pagesDone pages { nodes { number } }`;

describe('a document that never finishes', () => {
  it('is killed at timeoutSeconds', async () => {
    let number = 0;
    const slow = extractorOf(async function* (_, signal) {
      yield opened(1_000_000);
      for (;;) {
        number += 1;
        signal.throwIfAborted();
        yield group(number, number);
      }
    });
    await service.startWorker({ extractor: slow });
    const { id } = await submit(service, {
      source: await inline('one-page'),
      options: { timeoutSeconds: 1, noProgressSeconds: 30, maxRetries: 0 },
    });
    const job = await endedJob(service, id, fields);
    expect(job).toMatchObject({
      status: 'FAILED',
      failure: { code: 'TIME_LIMIT', category: 'RESOURCE', message: expect.stringContaining('1 second') },
    });
    expect(job.pages.nodes.length).toBeGreaterThan(0);
  });

  it('is killed at noProgressSeconds', async () => {
    const extractor = endless(opened(2), group(1, 1));
    await service.startWorker({ extractor });
    const { id } = await submit(service, {
      source: await inline('one-page'),
      options: { timeoutSeconds: 30, noProgressSeconds: 1, maxRetries: 0 },
    });
    expect(await endedJob(service, id, fields)).toMatchObject({
      status: 'FAILED',
      failure: { code: 'NO_PROGRESS', category: 'RESOURCE' },
    });
    await extractor.aborted;
  });

  it('is not killed while pages that are read together report progress', async () => {
    const together = { type: 'reading', engine: 'PDFIUM', page: null, pages: 16, pagesReady: null } as const;
    const slow = extractorOf(async function* () {
      yield opened(16);
      for (let n = 0; n < 2; n += 1) {
        yield together;
        await sleep(1_500);
      }
      yield group(1, 16);
    });
    await service.startWorker({ extractor: slow });
    const { id } = await submit(service, {
      source: await inline('one-page'),
      options: { noProgressSeconds: 1, maxRetries: 0 },
    });
    expect(await endedJob(service, id, fields)).toMatchObject({ status: 'COMPLETED', failure: null });
  });
});

describe('a slow database', () => {
  it('does not count as a document without progress', async () => {
    const { database } = service.platform;
    const locks: Promise<unknown>[] = [];
    const waitsTooLong = `SELECT 1 FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock' AND query_start < clock_timestamp() - interval '1.2 seconds'`;
    /** Locks the row until another writer has waited for longer than noProgressSeconds. */
    async function lock(): Promise<void> {
      const locked = deferred<void>();
      const hold = database.transaction(async (query) => {
        await query(`SELECT 1 FROM jobs WHERE status = 'RUNNING' FOR UPDATE`, []);
        locked.resolve();
        await expect.poll(() => database.query(waitsTooLong, [])).not.toEqual([]);
      });
      locks.push(hold);
      await locked.promise;
    }
    const extractor = extractorOf(async function* (_, signal) {
      yield opened(2);
      await lock();
      yield group(1, 1);
      signal.throwIfAborted();
      await lock();
      yield group(2, 2);
    });
    await service.startWorker({ extractor });
    const { id } = await submit(service, {
      source: await inline('one-page'),
      options: { noProgressSeconds: 1, maxRetries: 0 },
    });
    expect(await endedJob(service, id, fields)).toMatchObject({ status: 'COMPLETED', failure: null });
    await Promise.all(locks);
  });
});
