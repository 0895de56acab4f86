import { once } from 'node:events';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { JobError } from '../../src/errors.ts';
import { startMetricsServer } from '../../src/ops/metrics-server.ts';
import { ended, inline, submit } from '../api/submitting.ts';
import { graphql, openSubscription } from '../graphql.ts';
import { extractorOf, opened } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
let server: AsyncDisposable;
let url: string;
beforeAll(async () => {
  service = await startService();
  const { logger, metrics } = service.platform;
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  server = await startMetricsServer({ host: '127.0.0.1', port, logger }, () => metrics.scrape());
});
afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

/** Returns the samples by name and labels. */
async function samples(): Promise<Record<string, number>> {
  const response = await fetch(`${url}/metrics`);
  expect(response.status).toBe(200);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.replace(/ \S+$/, ''), Number(line.replace(/^.* /, ''))]));
}

describe('the metrics of a process', () => {
  /** The status of a scrape that names the server by this host, and its security headers. */
  async function scrapeAs(host: string) {
    const sent = request({ host: '127.0.0.1', port: new URL(url).port, path: '/metrics', headers: { host } });
    sent.end();
    const [response] = await once(sent, 'response');
    response.resume();
    await once(response, 'end');
    return { status: response.statusCode, nosniff: response.headers['x-content-type-options'] };
  }

  it('are refused under a public host name, which prevents DNS rebinding', async () => {
    for (const host of ['evil.example:9100', '127.0.0.1.evil.example', 'local.evil.example'])
      expect([host, await scrapeAs(host)]).toEqual([host, { status: 421, nosniff: 'nosniff' }]);
    for (const host of ['127.0.0.1:9100', '[::1]:9100', '10.1.2.3', 'localhost', 'worker-1:9100', 'hive.internal'])
      expect([host, await scrapeAs(host)]).toEqual([host, { status: 200, nosniff: 'nosniff' }]);
  });

  it('are collected once for concurrent scrapes', async () => {
    const port = await freePort();
    let release = () => {};
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let collections = 0;
    await using _ = await startMetricsServer({ host: '127.0.0.1', port, logger: service.platform.logger }, async () => {
      collections += 1;
      await released;
      return { contentType: 'text/plain', body: '' };
    });
    const scrapes = Array.from({ length: 3 }, () => fetch(`http://127.0.0.1:${port}/metrics`));
    await expect.poll(() => collections).toBe(1);
    // A response to another request shows that the scrapes have arrived.
    await fetch(`http://127.0.0.1:${port}/`);
    release();
    expect((await Promise.all(scrapes)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(collections).toBe(1);
  });

  it('count requests by route and status, and operations by their first root field', async () => {
    const request = 'pagehive_http_request_duration_seconds_count';
    const operation = 'pagehive_graphql_operation_duration_seconds_count';
    await graphql(service.url, '{ mine: jobs(first: 1) { nodes { id } } viewer { id } }');
    await fetch(`${service.url}/nothing/here`);
    await expect.poll(samples).toMatchObject({
      [`${request}{route="graphql",status="200"}`]: 1,
      [`${request}{route="other",status="404"}`]: 1,
      [`${operation}{operation="query",field="jobs"}`]: 1,
    });
  });

  it('count the errors in responses by code', async () => {
    await graphql(service.url, 'mutation { deleteJob(id: "job_00000000000000000000000000") { deletedId } }');
    await graphql(service.url, '{ noSuchField }');
    await fetch(`${service.url}/uploads/none`, { method: 'PUT', body: 'x' });
    await expect.poll(samples).toMatchObject({
      'pagehive_request_errors_total{code="NOT_FOUND"}': 2,
      'pagehive_request_errors_total{code="GRAPHQL_VALIDATION_FAILED"}': 1,
      'pagehive_request_errors_total{code="UPLOAD_URL_INVALID"}': 1,
    });
  });

  it('count open subscriptions until their clients leave', async () => {
    const leaving = new AbortController();
    const query = 'subscription { jobUpdates { jobId } }';
    const events = await openSubscription(service.url, query, {}, leaving.signal);
    await expect.poll(samples).toMatchObject({ pagehive_subscriptions: 1 });
    leaving.abort();
    await events.return(undefined);
    await expect.poll(samples).toMatchObject({ pagehive_subscriptions: 0 });
  });

  it('count pages, and measure the stages of attempts', async () => {
    await ended(service, (await submit(service, { source: await inline('one-page') })).id);
    await expect.poll(samples).toMatchObject({
      'pagehive_pages_total{engine="PDFIUM"}': 1,
      'pagehive_stage_duration_seconds_count{stage="EXTRACT"}': 1,
      'pagehive_stage_duration_seconds_count{stage="STORE"}': 1,
    });
  });

  it('include the pools of connections, the runtime, and the installation', async () => {
    expect(await samples()).toMatchObject({
      'pagehive_database_connections{pool="api_reads",state="free"}': expect.any(Number),
      'pagehive_database_statements_waiting{pool="background"}': 0,
      nodejs_eventloop_lag_p99_seconds: expect.any(Number),
      process_resident_memory_bytes: expect.any(Number),
      'pagehive_jobs{status="COMPLETED"}': 1,
    });
  });

  it('are at /metrics alone', async () => {
    expect((await fetch(`${url}/`)).status).toBe(404);
    expect((await fetch(`${url}/metrics`, { method: 'POST' })).status).toBe(404);
  });

  it('count wake-ups, claimed rows and extractor processes, with their memory', async () => {
    await ended(service, (await submit(service, { source: await inline('one-page') })).id);
    const found = await samples();
    for (const name of [
      'pagehive_wakeups_total{queue="jobs",cause="permit"}',
      'pagehive_wakeups_total{queue="webhooks",cause="poll"}',
      'pagehive_rows_claimed_total{queue="jobs"}',
      'pagehive_extractor_resident_bytes{scope="all"}',
      'pagehive_extractor_resident_bytes{scope="largest"}',
    ])
      expect([name, found[name] ?? 0]).toEqual([name, expect.toSatisfy((value: number) => value > 0)]);
    expect(
      (found['pagehive_extractors{state="idle"}'] ?? 0) + (found['pagehive_extractors{state="busy"}'] ?? 0),
    ).toBeGreaterThan(0);
    expect(found).toHaveProperty('pagehive_queue_permits_added_total');
  });

  it('count requests that a limit refused, by limit, over any transport', async () => {
    await graphql(service.url, '{ jobs(first: 100) { nodes { pages(first: 100) { nodes { blocks { text } } } } } }');
    await graphql(service.url, `{ ${Array.from({ length: 101 }, (_, n) => `a${n}: viewer { id }`).join(' ')} }`);
    const socket = { 'content-length': String(2 ** 40), 'content-type': 'application/json' };
    const sent = request({ port: new URL(service.url).port, path: '/graphql', method: 'POST', headers: socket });
    sent.on('error', () => {}).flushHeaders();
    const [response] = await once(sent, 'response');
    response.resume();
    sent.destroy();
    await expect.poll(samples).toMatchObject({
      'pagehive_refusals_total{limit="query_cost"}': 1,
      'pagehive_refusals_total{limit="query_size"}': 1,
      'pagehive_refusals_total{limit="body_bytes"}': 1,
    });
  });

  it('count retries by code, and the ends of stuck attempts by kind', async () => {
    await service.stopWorker();
    const blocked = extractorOf(async function* () {
      yield opened(1);
      throw new JobError('PROCESS_BLOCKED');
    });
    await service.startWorker({ extractor: blocked });
    await ended(service, (await submit(service, { source: await inline('one-page') })).id);
    await expect.poll(samples).toMatchObject({
      'pagehive_retries_total{code="PROCESS_BLOCKED"}': 1,
      'pagehive_rescues_total{kind="PROCESS_BLOCKED"}': 2,
    });
  });
});
