import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { retryAfterMs } from '../../src/connections/retry-after.ts';
import { accepted, endedJob, fixture, readJob, submit } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { serve } from './pdf-server.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ config: { privateHostsAllowed: ['127.0.0.1'] } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

describe('Retry-After', () => {
  const date = 'Sun, 06 Nov 1994 08:49:37 GMT';
  it.each([
    [{}, null],
    [{ 'retry-after': '120' }, 120_000],
    [{ 'retry-after': ' 0 ' }, 0],
    [{ 'retry-after': 'Sun, 06 Nov 1994 08:59:37 GMT', date }, 600_000],
    [{ 'retry-after': 'Sunday, 06-Nov-94 08:59:37 GMT', date }, 600_000],
    [{ 'retry-after': 'Sun Nov  6 08:59:37 1994', date }, 600_000],
    [{ 'retry-after': 'Sun, 06 Nov 1994 08:39:37 GMT', date }, 0],
    [{ 'retry-after': date, date: 'nonsense' }, 0],
    [{ 'retry-after': '-5' }, null],
    [{ 'retry-after': '1.5' }, null],
    [{ 'retry-after': 'soon' }, null],
    [{ 'retry-after': '99999999999999999999' }, 100 * 365 * 86_400_000],
    [{ 'retry-after': '9'.repeat(500) }, 100 * 365 * 86_400_000],
  ])('%j means %s', (headers, expected) => {
    expect(retryAfterMs(headers)).toBe(expected);
  });

  it('is relative to the local clock if the response has no Date', () => {
    const inAnHour = new Date(Date.now() + 3_600_000).toUTCString();
    const ms = retryAfterMs({ 'retry-after': inAnHour });
    expect(ms).toBeGreaterThan(3_500_000);
    expect(ms).toBeLessThanOrEqual(3_600_000);
  });
});

/** The planned delay in seconds between the end of the first attempt and the next one, once the job is RETRYING. */
async function plannedWait(id: string): Promise<number> {
  const fields = 'status nextRetryAt failure { code } attempts { finishedAt }';
  await expect.poll(() => readJob(service, id, fields)).toMatchObject({ status: 'RETRYING' });
  const { nextRetryAt, failure, attempts } = await readJob(service, id, fields);
  expect(failure).toEqual({ code: 'DOWNLOAD_FAILED' });
  return (Date.parse(nextRetryAt) - Date.parse(attempts[0].finishedAt)) / 1000;
}

describe('a document whose server asks to wait', () => {
  const hours = (n: number) => n * 3_600;
  it.each([
    ['seconds, with 429', 429, () => ({ 'retry-after': '900' }), 900],
    ['a date, with 503', 503, () => ({ 'retry-after': new Date(Date.now() + 900_000).toUTCString() }), 899],
    [
      'a date by a clock years behind',
      503,
      () => ({ date: 'Sun, 06 Nov 1994 08:49:37 GMT', 'retry-after': 'Sun, 06 Nov 1994 09:04:37 GMT' }),
      900,
    ],
    ['more than six hours', 429, () => ({ 'retry-after': '604800' }), hours(6)],
    ['an unreadable time', 503, () => ({ 'retry-after': 'tomorrow' }), 0],
  ])('for %s is not requested earlier', async (_, status, headers, least) => {
    let requests = 0;
    const bytes = await fixture('one-page');
    await using server = await serve((_request, response) => {
      requests += 1;
      if (requests === 1) response.writeHead(status, headers()).end();
      else response.end(bytes);
    });
    const { id } = await submit(service, { source: { url: `${server.origin}/a.pdf` } });
    if (least > 0) {
      const wait = await plannedWait(id);
      expect(wait).toBeGreaterThanOrEqual(least - 1);
      // The usual backoff is added.
      expect(wait).toBeLessThan(least + 3);
      expect(requests).toBe(1);
      await service.platform.database.query(
        `UPDATE jobs SET due_at = now() - interval '1 second' WHERE due_at IS NOT NULL`,
        [],
      );
    }
    expect(await endedJob(service, id, 'status retryCount')).toEqual({ status: 'COMPLETED', retryCount: 1 });
  });

  it('delays all jobs of a batch and shows the time of their next attempt', async () => {
    const bytes = await fixture('one-page');
    let open = false;
    await using server = await serve((_request, response) => {
      if (open) response.end(bytes);
      else response.writeHead(429, { 'retry-after': '1800' }).end();
    });
    const items = Array.from({ length: 10 }, (_, n) => ({ source: { url: `${server.origin}/${n}.pdf` } }));
    const createBatch = `mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }`;
    const { id } = accepted(await graphql(service.url, createBatch, { input: { items } })).createBatch.batch;
    const read = async () => {
      const query =
        'query ($id: ID!) { batch(id: $id) { completed jobs { nodes { status nextRetryAt attempts { number } } } } }';
      return accepted(await graphql(service.url, query, { id })).batch;
    };
    const statuses = async () => (await read()).jobs.nodes.map(({ status }: { status: string }) => status);
    await expect.poll(statuses).toEqual(items.map(() => 'RETRYING'));
    for (const { nextRetryAt, attempts } of (await read()).jobs.nodes) {
      expect(nextRetryAt).not.toBeNull();
      expect(attempts).toHaveLength(1);
    }
    open = true;
    await service.platform.database.query(
      `UPDATE jobs SET due_at = now() - interval '1 second' WHERE due_at IS NOT NULL`,
      [],
    );
    await expect.poll(async () => (await read()).completed).toBe(10);
  });
});
