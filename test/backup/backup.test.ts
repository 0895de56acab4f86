import { execFile } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { archiveJob } from '../../src/archive/archive-job.ts';
import { embeddedApiUrl } from '../../src/connections/embedded-postgres.ts';
import { migrate } from '../../src/connections/migrations.ts';
import { decodeId } from '../../src/ids.ts';
import { accepted, ended, inline, readJob, submit } from '../api/submitting.ts';
import { readDocument } from '../docs/markdown.ts';
import { fetchFile } from '../downloads/fetching.ts';
import { graphql } from '../graphql.ts';
import { startService } from '../service.ts';
import { type InstalledPostgres, programs, startInstalledPostgres } from './installed-postgres.ts';

const run = promisify(execFile);

const [, chapter = ''] = /\n## Backups\n(.*?)\n## /s.exec(readDocument('docs/operating.md')) ?? [];
/** The commands of the documentation: those of a backup, and those of a restore. */
const [backup = '', restore = ''] = [...chapter.matchAll(/```sh\n(.*?)```/gs)].map(([, block = '']) => block);

let postgres: InstalledPostgres;
let folder: string;
beforeAll(async () => {
  if (programs === null) return;
  postgres = await startInstalledPostgres();
  folder = mkdtempSync(join(tmpdir(), 'pagehive-backup-'));
  const command = join(folder, 'pagehive');
  writeFileSync(command, `#!/bin/sh\nexec "${process.execPath}" "${join(process.cwd(), 'dist/cli.js')}" "$@"\n`);
  chmodSync(command, 0o755);
});
afterAll(async () => {
  if (programs === null) return;
  await postgres[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** Runs commands of the documentation as written. Returns what they print. */
async function runAsWritten(commands: string, env: Record<string, string>): Promise<string> {
  const path = [programs, folder, process.env.PATH].join(delimiter);
  const options = { cwd: folder, env: { ...process.env, PATH: path, ...env } };
  return (await run('bash', ['-euo', 'pipefail', '-c', commands], options)).stdout;
}

const fields = 'id status name metadata pages { nodes { text markdown } } attempts { number } source { sha256 }';

/** Uses an installation, and backs it up meanwhile. Returns what the backup must contain. */
async function fill(databaseUrl: string) {
  await using service = await startService({ config: { databaseUrl } });
  const ids = [];
  for (const name of ['links', 'attachment']) {
    const facts = { name: `Größe ${name}`, metadata: { b: 1, a: 2 }, options: { thumbnails: true } };
    ids.push((await submit(service, { source: await inline(name), ...facts })).id);
  }
  ids.push((await submit(service, { source: { base64: 'bm8gUERG' } })).id);
  const archived = (await submit(service, { source: await inline('one-page') })).id;
  for (const id of [...ids, archived]) await ended(service, id);
  await archiveJob(service.platform, defaultTenantId, decodeId('job', archived) ?? '');
  await service.stopWorker();
  const unfinished = (await submit(service, { source: await inline('one-page') })).id;
  await runAsWritten(backup, { DATABASE_URL: databaseUrl, DATA_DIR: service.config.dataDir });
  const jobs: { id: string }[] = await Promise.all(ids.map((id) => readJob(service, id, fields)));
  return { jobs, results: await fetchFile(service, ids[0] ?? '', 'NDJSON'), archived, unfinished };
}

describe.skipIf(programs === null)('the backup of docs/operating.md', () => {
  it('is taken while Pagehive runs, and brings everything back', async () => {
    const databaseUrl = await postgres.createDatabase('before');
    await migrate(databaseUrl, { log: () => undefined, apiUrl: embeddedApiUrl(databaseUrl) });
    const { jobs, results, archived, unfinished } = await fill(databaseUrl);

    const dataDir = join(folder, 'restored');
    mkdirSync(dataDir);
    const restoredUrl = await postgres.createDatabase('restored');
    const env = { DATABASE_URL: restoredUrl, DATABASE_API_URL: embeddedApiUrl(restoredUrl), DATA_DIR: dataDir };
    const printed = await runAsWritten(restore, env);
    expect(printed).toMatch(/^ok +agreement +every object that a row references is there$/m);
    const client = new pg.Client({ connectionString: restoredUrl });
    await client.connect();
    const { rows } = await client.query(
      `SELECT proname FROM pg_proc WHERE prosecdef AND pronamespace = 'public'::regnamespace AND has_function_privilege('public', oid, 'EXECUTE')`,
    );
    await client.end();
    expect(rows).toEqual([]);
    await using after = await startService({ config: { databaseUrl: restoredUrl, dataDir } });
    for (const job of jobs) expect(await readJob(after, job.id, fields)).toEqual(job);
    expect(await fetchFile(after, jobs[0]?.id ?? '', 'NDJSON')).toEqual(results);
    await ended(after, unfinished);
    expect(await readJob(after, unfinished, 'status')).toEqual({ status: 'COMPLETED' });
    const query = 'mutation ($id: ID!) { restoreJob(id: $id) { jobId } }';
    accepted(await graphql(after.url, query, { id: archived }));
    expect((await readJob(after, archived, 'pages { nodes { number } }')).pages.nodes).toHaveLength(1);
  });
});
