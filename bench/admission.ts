import type { ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { defaultTenantId } from '../src/api/context.ts';
import { attacks } from './lab/attacks.ts';
import { cli, openLab, script } from './lab/lab.ts';
import { fillLibrary } from './lab/library.ts';
import { residentBytes } from './lab/process.ts';
import { uploadFixture } from './lab/upload.ts';

// Measures what one hostile client costs another: each attack runs beside a bystander, whose slowest response counts.
// Also prints the server's memory before, at the peak and afterwards. An argument selects attacks by a part of their
// names.

const only = process.argv[2] ?? '';
const timeoutMs = 60_000;
const mebibyte = 1024 ** 2;

await using lab = await openLab();
const pool = new pg.Pool({ connectionString: lab.config.databaseUrl, max: 2 });
await fillLibrary(pool, { tenant: defaultTenantId, pages: 12_000, pagesAJob: 100, name: 'library' });
await fillLibrary(pool, { tenant: defaultTenantId, pages: 1, pagesAJob: 1, name: 'links' });
await pool.query(
  `UPDATE pages SET links = (SELECT jsonb_agg(jsonb_build_object('text', null, 'url', 'https://example.com/' || n, 'pageNumber', null)) FROM generate_series(1, 200000) AS n)
    WHERE job_id = (SELECT id FROM jobs WHERE name = 'links 0')`,
);
await pool
  .query(
    `INSERT INTO batches (id, tenant_id, name, status, total, pending, percent, finished_at) SELECT gen_random_uuid(), $1, 'batch', 'COMPLETED', 0, 0, 100, now() FROM generate_series(1, 20)`,
    [defaultTenantId],
  )
  .catch((error: unknown) => console.error(`no batches: ${String(error)}`));
await pool.query('ANALYZE');

const server = await lab.run(cli, ['serve'], { LOG_LEVEL: 'info' });
await lab.run(script('no-op-worker'), [], { LOG_LEVEL: 'silent' });
const url = lab.config.publicUrl;
const upload = await uploadFixture(url);
const bystander = await lab.run(script('bystander'), [], { API_URL: url, UPLOAD: upload });

interface Slowest {
  name: string;
  ms: number;
  failed: number;
  answers: number;
}

function ask(child: ChildProcess): Promise<Slowest> {
  return new Promise((resolve) => {
    child.once('message', (message) => resolve(message as Slowest));
    child.send('slowest');
  });
}

async function measure(name: string, attack: (typeof attacks)[number][1]): Promise<void> {
  const pid = server.pid ?? 0;
  await sleep(1_000);
  await ask(bystander);
  const before = residentBytes(pid);
  let peak = before;
  const watch = setInterval(() => {
    peak = Math.max(peak, residentBytes(pid));
  }, 20);
  const since = performance.now();
  const signal = AbortSignal.timeout(timeoutMs);
  const what = await attack(url, signal).catch((error: unknown) => `failed: ${String(error)}`);
  const seconds = (performance.now() - since) / 1_000;
  await sleep(500);
  const slowest = await ask(bystander);
  await sleep(3_000);
  clearInterval(watch);
  const MiB = (bytes: number) => Math.round(bytes / mebibyte);
  console.log(
    `${name.padEnd(36)} bystander ${slowest.ms.toFixed(0).padStart(5)} ms (${slowest.name}, ${slowest.failed} of ${slowest.answers} failed)  ` +
      `memory ${MiB(before)} → ${MiB(peak)} → ${MiB(residentBytes(pid))} MiB  ${seconds.toFixed(1)} s  ${what}`,
  );
}

for (const [name, attack] of attacks) if (name.includes(only)) await measure(name, attack);
bystander.disconnect();
await pool.end();
