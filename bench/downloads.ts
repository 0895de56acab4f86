import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { defaultTenantId } from '../src/api/context.ts';
import { encodeId, newUuid } from '../src/ids.ts';
import { defaultOptions } from '../src/job-row/options.ts';
import { cli, openLab } from './lab/lab.ts';
import { post } from './lab/load.ts';
import { residentBytes } from './lab/process.ts';

// Measures downloads: the API's memory while a long result and a large batch are downloaded fast and slowly, and the
// rate.

const pages = Number(process.argv[2] ?? 20_000);
const batchJobs = 1_000;
const pagesOfEach = 5;
const MiB = 1024 ** 2;
/** The rate of a slow client, in bytes per second. */
const slowRate = 4 * MiB;
const slowAtOnce = 6;
const slowBytes = 40 * MiB;
/** The JavaScript heap of the API, in MiB: less than one of the files. */
const heapMiB = 128;

await using lab = await openLab();
const serve = await lab.run(cli, ['serve'], { NODE_OPTIONS: `--max-old-space-size=${heapMiB}` });
const client = new pg.Client({ connectionString: lab.config.databaseUrl });
await client.connect();
const [job] = await insertJobs(1, null);
await insertPages([job ?? ''], pages);
const batch = newUuid();
await client.query(
  `INSERT INTO batches (id, tenant_id, status, name, total, pending, completed, percent, finished_at)
   VALUES ($1, $2, 'COMPLETED', 'bench', $3, 0, $3, 100, now())`,
  [batch, defaultTenantId, batchJobs],
);
await insertPages(await insertJobs(batchJobs, batch), pagesOfEach);

async function insertJobs(count: number, batchId: string | null): Promise<string[]> {
  const ids = Array.from({ length: count }, newUuid);
  const sources = ids.map(newUuid);
  const document = { pageCount: pages, metadata: {}, outline: [] };
  await client.query(
    "INSERT INTO sources (id, tenant_id, kind, status) SELECT s, $2, 'UPLOAD', 'STORED' FROM unnest($1::uuid[]) s",
    [sources, defaultTenantId],
  );
  await client.query(
    `INSERT INTO jobs (id, tenant_id, source_id, batch_id, batch_index, options, max_retries, priority, claim_order, status, percent,
                       finished_at, document, name)
     SELECT id, $3, source, $4::uuid, CASE WHEN $4::uuid IS NOT NULL THEN n - 1 END, $5, 3, 5, now(), 'COMPLETED', 100, now(), $6, 'document ' || n
       FROM unnest($1::uuid[], $2::uuid[]) WITH ORDINALITY AS t(id, source, n)`,
    [ids, sources, defaultTenantId, batchId, defaultOptions, document],
  );
  return ids;
}

/** Inserts pages as long as those of a book: some 3,000 characters of text, and as many of Markdown. */
async function insertPages(jobIds: string[], count: number): Promise<void> {
  await client.query(
    `INSERT INTO pages (job_id, tenant_id, number, width, height, rotation, text, markdown, links)
     SELECT id, $3, n, 595, 842, 0, body, body, '[]'
       FROM unnest($1::uuid[]) id, generate_series(1, $2::int) n,
            LATERAL (SELECT string_agg('word' || (n * part) % 977, ' ') AS body FROM generate_series(1, 400) part) made`,
    [jobIds, count, defaultTenantId],
  );
}

async function urlOf(id: string, format: string): Promise<string> {
  const query = `query ($id: ID!, $format: ResultFormat!) { node(id: $id) {
    ... on Job { result { download(format: $format) { url } } } ... on Batch { download(format: $format) { url } } } }`;
  const { data } = await post(`${lab.config.publicUrl}/graphql`, query, { id, format });
  const { node } = data as { node: { result?: { download: { url: string } }; download?: { url: string } } };
  return (node.result?.download ?? node.download)?.url ?? '';
}

/** Downloads a file to its end, or `slowBytes` of it at `slowRate`. Returns the number of received bytes. */
async function take(url: string, slowly: boolean): Promise<number> {
  const stop = new AbortController();
  const response = await fetch(url, { signal: stop.signal });
  const begin = performance.now();
  let bytes = 0;
  for await (const chunk of response.body ?? []) {
    bytes += chunk.byteLength;
    if (!slowly) continue;
    await sleep(Math.max(0, (bytes / slowRate) * 1_000 - (performance.now() - begin)));
    if (bytes >= slowBytes) break;
  }
  stop.abort();
  return bytes;
}

let peak = 0;
const pid = serve.pid ?? 0;
const watching = setInterval(() => {
  peak = Math.max(peak, residentBytes(pid));
}, 20);
const mb = (bytes: number) => `${(bytes / MiB).toFixed(bytes < 10 * MiB ? 1 : 0)} MiB`;

async function measure(label: string, id: string, format: string, slow: boolean): Promise<void> {
  const before = residentBytes(pid);
  peak = before;
  const url = await urlOf(id, format);
  const begin = performance.now();
  const takers = Array.from({ length: slow ? slowAtOnce : 1 }, () => take(url, slow));
  const bytes = (await Promise.all(takers)).reduce((sum, each) => sum + each, 0);
  const seconds = (performance.now() - begin) / 1_000;
  const rate = slow ? `${slowAtOnce} slow clients, ${mb(bytes)}` : `${mb(bytes)} at ${mb(bytes / seconds)}/s`;
  console.log(
    `${label.padEnd(14)} ${format.padEnd(8)} ${rate}; memory of the API ${mb(before)} before, ${mb(peak)} at the peak`,
  );
}

const ids = { result: encodeId('job', job ?? ''), batch: encodeId('batch', batch) };
for (const slow of [false, true]) {
  for (const format of ['TEXT', 'MARKDOWN', 'JSON', 'NDJSON', 'ZIP']) {
    await measure(`${pages} pages`, ids.result, format, slow);
  }
  for (const format of ['NDJSON', 'ZIP']) await measure(`${batchJobs} jobs`, ids.batch, format, slow);
}
clearInterval(watching);
await client.end();
