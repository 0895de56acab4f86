import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { accepted, endedJob, fixture, inline, submit as submitTo } from '../api/submitting.ts';
import { serve, type TestServer } from '../download/pdf-server.ts';
import { recordWarnings } from '../faults/warnings.ts';
import { graphql, subscribe } from '../graphql.ts';
import { startService } from '../service.ts';
import { attributeOf, type Collector, type ReceivedSpan, startCollector } from './collector.ts';
import { type Installation, startInstallation } from './installation.ts';

const secret = 'hunter2';
const createJob = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
const watch = 'subscription ($id: ID!) { jobProgress(id: $id) { status stage bytesDone } }';

let collector: Collector;
let server: TestServer;
let installation: Installation;
/** What the server does with each download. */
let answers: ('refuse' | 'hang' | 'send')[] = [];
beforeAll(async () => {
  const pdf = await fixture('links');
  collector = await startCollector();
  server = await serve((_, response) => {
    const next = answers.shift() ?? 'send';
    response.writeHead(next === 'refuse' ? 503 : 200, { 'content-type': 'application/pdf' });
    if (next === 'hang') response.write('%PDF-1.7\n');
    else response.end(next === 'refuse' ? '' : pdf);
  });
  installation = await startInstallation({
    PRIVATE_HOSTS_ALLOWED: server.host,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.origin,
    OTEL_EXPORTER_OTLP_HEADERS: `x-collector-key=${secret}`,
    OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
  });
});
afterAll(async () => {
  await installation[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
  await collector[Symbol.asyncDispose]();
});

async function submit(headers: Record<string, string> = {}): Promise<string> {
  const url = `http://user:${secret}@${server.host}/${secret}.pdf`;
  const input = { source: { url }, name: `a name with ${secret}` };
  return accepted(await graphql(installation.url, createJob, { input }, headers)).createJob.job.id;
}

async function ended(id: string): Promise<string> {
  let last = '';
  for await (const { data } of subscribe(installation.url, watch, { id })) last = data.jobProgress.status;
  return last;
}

/** Waits for the last span of the trace of a job. Returns its spans, each with the name of its parent. */
async function traceOf(id: string, complete = 'complete') {
  const all = () => {
    const spans = collector.spans();
    const own = spans.find(
      ({ name, attributes }) => name === 'submit' && attributeOf(attributes, 'pagehive.job.id') === id,
    );
    return spans.filter(({ traceId }) => traceId === own?.traceId);
  };
  await vi.waitFor(
    () => {
      const names = all().map(({ name }) => name);
      expect(names).toContain(complete);
      // Sent after its children, by another process, or both.
      expect(names.filter((name) => name === 'attempt').length).toBeGreaterThan(0);
      expect(names).toContain('mutation createJob');
    },
    { timeout: 60_000 },
  );
  const spans = all();
  const nameOf = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  return spans
    .toSorted((a, b) => (BigInt(a.startTimeUnixNano) < BigInt(b.startTimeUnixNano) ? -1 : 1))
    .map((span) => ({ ...span, parent: nameOf.get(span.parentSpanId ?? '') ?? span.parentSpanId ?? null }));
}

const shape = (spans: Awaited<ReturnType<typeof traceOf>>) =>
  spans.map(({ name, parent, process }) => `${parent ?? '-'} → ${name} (${process})`).toSorted();

describe('with a collector, each job has one trace', () => {
  it('from the mutation to the final state', async () => {
    const id = await submit();
    expect(await ended(id)).toBe('COMPLETED');
    const spans = await traceOf(id);
    expect(shape(spans)).toEqual(
      [
        '- → mutation createJob (serve)',
        'mutation createJob → submit (serve)',
        'submit → wait (work)',
        'submit → attempt (work)',
        'attempt → download (work)',
        'attempt → extract (work)',
        'extract → open (work)',
        'extract → read pages (work)',
        'attempt → complete (work)',
      ].toSorted(),
    );
    const attempt = spans.find(({ name }) => name === 'attempt');
    expect(attributeOf(attempt?.attributes ?? [], 'pagehive.job.id')).toBe(id);
    expect(attributeOf(attempt?.attributes ?? [], 'pagehive.outcome')).toBe('COMPLETED');
    expect(String(attributeOf(attempt?.attributes ?? [], 'pagehive.tenant.id'))).toMatch(/^tenant_/);
    const extract = spans.find(({ name }) => name === 'extract');
    expect(attributeOf(extract?.attributes ?? [], 'pagehive.engine')).toBe('PDFIUM');
    for (const { startTimeUnixNano, endTimeUnixNano } of spans)
      expect(BigInt(endTimeUnixNano) >= BigInt(startTimeUnixNano)).toBe(true);
  });

  it('over a retry and a worker that is killed', async () => {
    answers = ['refuse', 'hang', 'send'];
    const id = await submit();
    for await (const { data } of subscribe(installation.url, watch, { id })) {
      if (data.jobProgress.bytesDone > 0) break;
    }
    // A killed worker loses the spans of its last second.
    const isFirst = ({ name, attributes }: ReceivedSpan) =>
      name === 'attempt' && attributeOf(attributes, 'pagehive.job.id') === id;
    await vi.waitFor(() => expect(collector.spans().some(isFirst)).toBe(true), { timeout: 60_000 });
    await installation.kill('work');
    await installation.start('work');
    expect(await ended(id)).toBe('COMPLETED');
    const spans = await traceOf(id);
    expect(shape(spans.filter(({ parent }) => parent === 'submit'))).toEqual(
      [
        'submit → wait (work)',
        'submit → attempt (work)',
        'submit → lost attempt (maintain)',
        'submit → attempt (work)',
      ].toSorted(),
    );
    const attempts = spans.filter(({ name }) => /attempt/.test(name));
    expect(
      attempts
        .map(({ attributes, status }) => [attributeOf(attributes, 'pagehive.attempt'), status.message ?? null])
        .toSorted(),
    ).toEqual([
      [1, 'DOWNLOAD_FAILED'],
      [2, 'WORKER_LOST'],
      [3, null],
    ]);
  });

  it('with the deliveries of its webhook', async () => {
    const webhook = { url: `${server.origin}/hook?token=${secret}` };
    const input = { source: { url: `${server.origin}/one.pdf` }, webhook };
    const id: string = accepted(await graphql(installation.url, createJob, { input })).createJob.job.id;
    await ended(id);
    const spans = await traceOf(id, 'deliver webhook');
    const delivery = spans.find(({ name }) => name === 'deliver webhook');
    expect(delivery).toMatchObject({ parent: 'submit', process: 'work' });
    expect(attributeOf(delivery?.attributes ?? [], 'http.response.status_code')).toBe(200);
  });

  it('which the jobs of a batch share', async () => {
    const createBatch = 'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }';
    const items = [1, 2, 3].map((n) => ({ source: { url: `${server.origin}/${n}.pdf` } }));
    accepted(await graphql(installation.url, createBatch, { input: { items } }));
    const inBatch = () => {
      const spans = collector.spans();
      const root = spans.find(({ name }) => name === 'mutation createBatch');
      return spans.filter(({ traceId }) => traceId === root?.traceId);
    };
    await vi.waitFor(() => expect(inBatch().filter(({ name }) => name === 'attempt')).toHaveLength(items.length), {
      timeout: 60_000,
    });
    const submission = inBatch().find(({ name }) => name === 'submit');
    const attempts = inBatch().filter(({ name }) => name === 'attempt');
    expect(attempts.map(({ parentSpanId }) => parentSpanId)).toEqual(attempts.map(() => submission?.spanId));
  });

  it('that continues the trace of the request', async () => {
    const traceId = 'a'.repeat(32);
    const id = await submit({ traceparent: `00-${traceId}-${'b'.repeat(16)}-01` });
    await ended(id);
    const spans = await traceOf(id);
    expect(spans.map((span) => span.traceId)).toEqual(spans.map(() => traceId));
    expect(spans.find(({ name }) => name === 'mutation createJob')?.parent).toBe('b'.repeat(16));
    const unsampled = await submit({ traceparent: `00-${'c'.repeat(32)}-${'d'.repeat(16)}-00` });
    await ended(unsampled);
    const later = await submit({ traceparent: 'not a traceparent' });
    await ended(later);
    await traceOf(later);
    expect(collector.received()).not.toContain('c'.repeat(32));
  });

  it('without names, URLs, secrets and texts of documents', async () => {
    const received = collector.received();
    expect(received).toContain('mutation createJob');
    expect(received).toContain('"deployment.environment"');
    for (const text of [secret, server.host, 'the bee page', 'a name with']) expect(received).not.toContain(text);
    for (const headers of collector.headers()) {
      expect(headers).toMatchObject({ path: '/v1/traces', 'x-collector-key': secret });
    }
  });
});

it('a collector that does not respond delays nothing, and the log warns of it', async () => {
  const { warnings, logger } = recordWarnings();
  const tracing = { endpoint: `http://127.0.0.1:${await freePort()}`, sampler: 'always_on', ratio: 1 } as const;
  const service = await startService({ config: { tracing }, overrides: { logger } });
  try {
    const { id } = await submitTo(service, { source: await inline('one-page') });
    expect(await endedJob(service, id, 'status')).toEqual({ status: 'COMPLETED' });
    await vi.waitFor(() => expect(warnings.map(({ msg }) => msg)).toContain('traces could not be sent'), {
      timeout: 60_000,
    });
  } finally {
    await service[Symbol.asyncDispose]();
  }
});
