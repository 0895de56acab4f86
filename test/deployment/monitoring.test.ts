import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { failureCodes } from '../../src/errors.ts';
import { rescueKinds } from '../../src/ops/process-metrics.ts';
import { endReasons } from '../../src/pdf/process/end-reason.ts';
import { limitNames } from '../../src/refusal-limits.ts';
import { requestErrors } from '../../src/request-errors.ts';
import { accepted, fixture, inline } from '../api/submitting.ts';
import { codes, readDocument, readTable } from '../docs/markdown.ts';
import { serve, type TestServer } from '../download/pdf-server.ts';
import { graphql, openSubscription, subscribe } from '../graphql.ts';
import { type Installation, startInstallation } from '../ops/installation.ts';
import { expressionsOfRules, readExpression, seriesOf } from '../ops/promql.ts';
import { findProgram } from './programs.ts';

const promtool = findProgram('promtool');
const folder = fileURLToPath(new URL('../../deploy/', import.meta.url));

/** Runs promtool. Returns its exit code, and everything that it printed. */
function check(args: string[], stdin = ''): Promise<{ code: number | string; output: string }> {
  return new Promise((resolve) => {
    const child = execFile(promtool ?? '', args, { cwd: folder }, (error, stdout, stderr) =>
      resolve({ code: error?.code ?? 0, output: stdout + stderr }),
    );
    child.stdin?.end(stdin);
  });
}

interface Panel {
  title: string;
  type: string;
  targets?: { expr: string }[];
}

const rules = await readFile(join(folder, 'prometheus/alerts.yml'), 'utf8');
const dashboard: { panels: Panel[] } = JSON.parse(await readFile(join(folder, 'grafana/pagehive.json'), 'utf8'));
const panels = dashboard.panels.filter(({ type }) => type !== 'row');
const panelExpressions = panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr));
const ruleExpressions = expressionsOfRules(rules);

describe.skipIf(promtool === null)('promtool accepts', () => {
  it('the example configuration and the alert rules', async () => {
    expect(await check(['check', 'config', 'prometheus/prometheus.yml'])).toMatchObject({ code: 0 });
    expect(await check(['check', 'rules', 'prometheus/alerts.yml'])).toMatchObject({ code: 0 });
  });

  it('the unit tests of the alert rules', async () => {
    const { code, output } = await check(['test', 'rules', 'prometheus/alerts.test.yml']);
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining('SUCCESS') });
  });

  it('the expressions of the dashboard', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'pagehive-test-'));
    const records = panelExpressions.map((expr, n) => ({ record: `panel:${n}`, expr: filledIn(expr) }));
    await writeFile(join(directory, 'rules.json'), JSON.stringify({ groups: [{ name: 'panels', rules: records }] }));
    const { code, output } = await check(['check', 'rules', join(directory, 'rules.json')]);
    await rm(directory, { recursive: true });
    expect({ code, output }).toEqual({ code: 0, output: expect.stringContaining(`${records.length} rules found`) });
  });
});

describe.skipIf(promtool === null)('the commands of docs/operating.md for promtool', () => {
  const blocks = [...readDocument('docs/operating.md').matchAll(/^```sh\n(.*?)^```$/gms)].map(([, text = '']) => text);

  const commands = blocks.flatMap((text) => text.trim().split('\n')).filter((line) => line.startsWith('promtool'));

  it.each(commands)('run as written: %s', async (command) => {
    const root = fileURLToPath(new URL('../../', import.meta.url));
    const { status, stdout, stderr } = spawnSync('sh', ['-c', command], { cwd: root, encoding: 'utf8' });
    expect({ status, output: stdout + stderr }).toEqual({ status: 0, output: expect.stringContaining('SUCCESS') });
  });
});

/** Replaces Grafana's variables. */
function filledIn(expression: string): string {
  return expression.replaceAll('$__rate_interval', '1m');
}

it('docs/operating.md says what to do about every alert', () => {
  const listed = readTable(readDocument('docs/operating.md'), ['Alert', 'What to do']).flatMap(({ Alert }) =>
    codes(Alert),
  );
  const alerts = [...rules.matchAll(/- alert: (\w+)/g)].map(([, name]) => name);
  expect(listed).toEqual(alerts);
  const tests = readDocument('deploy/prometheus/alerts.test.yml');
  expect(alerts.filter((name) => !new RegExp(`alertname: ${name}\\n`).test(tests))).toEqual([]);
});

describe('the dashboard and the alert rules', () => {
  let installation: Installation;
  let server: TestServer;
  let metrics: ReturnType<typeof seriesOf>;
  let texts: string[];
  beforeAll(async () => {
    const pdf = await fixture('one-page');
    let downloads = 0;
    // Receives webhooks, refuses the first download, and never ends one.
    server = await serve(({ method, url }, response) => {
      if (method === 'POST') response.writeHead(204).end();
      else if (url === '/never.pdf') response.writeHead(200, { 'content-type': 'application/pdf' }).write('%PDF-1.7\n');
      else response.writeHead(downloads++ === 0 ? 503 : 200, { 'content-type': 'application/pdf' }).end(pdf);
    });
    installation = await startInstallation({
      PRIVATE_HOSTS_ALLOWED: server.host,
      // Every extractor is replaced after its document.
      EXTRACTOR_RECYCLE_BYTES: '1',
    });
    await work();
    const scrapeAll = () =>
      Promise.all((['serve', 'work', 'maintain'] as const).map((command) => installation.scrape(command)));
    // Costs and counters are stored once a second.
    const expected = ['eta_error_seconds{', 'rescues_total{', 'retries_total{', 'outcome="delivered"} 1'];
    await vi.waitFor(
      async () => {
        const text = (await scrapeAll()).join('\n');
        expect(expected.filter((each) => !text.includes(each))).toEqual([]);
      },
      { timeout: 60_000 },
    );
    texts = await scrapeAll();
    metrics = seriesOf(texts.join('\n'));
  });
  afterAll(async () => {
    await installation[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
  });

  async function submit(input: Record<string, unknown>): Promise<string> {
    const query = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
    return accepted(await graphql(installation.url, query, { input })).createJob.job.id;
  }

  async function ended(id: string): Promise<void> {
    const query = 'subscription ($id: ID!) { jobProgress(id: $id) { cursor } }';
    for await (const event of subscribe(installation.url, query, { id })) accepted(event);
  }

  /** Gives every metric something to count. */
  async function work(): Promise<void> {
    const { url } = installation;
    // The worker is killed, and maintenance takes its job.
    const stuck = await submit({ source: { url: `${server.origin}/never.pdf` }, options: { maxRetries: 0 } });
    const query = 'subscription ($id: ID!) { jobProgress(id: $id) { status } }';
    for await (const { data } of subscribe(url, query, { id: stuck })) {
      if (data.jobProgress.status === 'RUNNING') break;
    }
    await installation.kill('work');
    await installation.start('work');
    await ended(stuck);
    await ended(await submit({ source: await inline('one-page'), webhook: { url: `${server.origin}/hook` } }));
    await ended(await submit({ source: await inline('not-a-pdf') }));
    await ended(await submit({ source: { url: `${server.origin}/one.pdf` } }));
    await graphql(url, '{ noSuchField }');
    await graphql(url, '{ jobs(first: 100) { nodes { pages(first: 100) { nodes { blocks { text } } } } } }');
    const leaving = new AbortController();
    const events = await openSubscription(url, 'subscription { jobUpdates { jobId } }', {}, leaving.signal);
    leaving.abort();
    await events.return(undefined);
  }

  /** Values of labels that need not have occurred yet. */
  const possible = new Set<string>([
    ...failureCodes,
    ...Object.keys(requestErrors),
    ...limitNames,
    ...rescueKinds,
    ...endReasons,
    'pagehive',
  ]);
  /** What Prometheus adds to each series, as configured in prometheus.yml. */
  const added = ['job', 'instance', 'process'];

  /** Returns what an expression reads that does not exist. */
  function missingIn(expression: string): string[] {
    const { selectors, grouping } = readExpression(expression);
    const labels = new Set(added);
    const missing = selectors.flatMap(({ name, labels: selected }) => {
      if (name === 'up') return [];
      const known = metrics.get(name);
      if (known === undefined) return [name];
      for (const label of known.keys()) labels.add(label);
      return [...selected].flatMap(([label, values]) => {
        if (!added.includes(label) && !known.has(label)) return [`${name}{${label}}`];
        const isKnown = (value: string) => known.get(label)?.has(value) || possible.has(value);
        return values.filter((value) => !isKnown(value)).map((value) => `${name}{${label}="${value}"}`);
      });
    });
    if (selectors.length === 0) missing.push(`a metric in ${expression}`);
    return [...missing, ...grouping.filter((label) => !labels.has(label)).map((label) => `${label} in ${expression}`)];
  }

  it('read only metrics, labels and values that exist', () => {
    expect(ruleExpressions.length).toBeGreaterThan(15);
    expect(panelExpressions.length).toBeGreaterThan(40);
    expect([...ruleExpressions, ...panelExpressions].flatMap(missingIn)).toEqual([]);
    expect(
      [
        'sum(pagehive_no_such_metric)',
        'pagehive_jobs{no_such_label="x"}',
        'pagehive_jobs{status="NO_SUCH_VALUE"}',
        'sum by (no_such_group) (rate(pagehive_pages_total[1m]))',
      ].map((each) => missingIn(each).length),
    ).toEqual([1, 1, 1, 1]);
  });

  it('together show every metric of Pagehive', () => {
    const used = new Set(
      [...ruleExpressions, ...panelExpressions].flatMap((each) =>
        readExpression(each).selectors.map(({ name }) => name.replace(/_(bucket|sum|count)$/, '')),
      ),
    );
    const all = new Set(
      [...metrics.keys()]
        .filter((name) => name.startsWith('pagehive_'))
        .map((name) => name.replace(/_(bucket|sum|count)$/, '')),
    );
    expect([...all].filter((name) => !used.has(name))).toEqual([]);
  });

  it.skipIf(promtool === null)('read metrics that promtool finds well-formed, in each process', async () => {
    for (const text of texts) expect(await check(['check', 'metrics'], text)).toEqual({ code: 0, output: '' });
  });
});
