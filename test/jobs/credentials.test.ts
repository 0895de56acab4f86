import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { submitBatch } from '../../src/batches/submit.ts';
import { withCredentials } from '../../src/documents/url-credentials.ts';
import { decodeId, newUuid } from '../../src/ids.ts';
import { defaultOptions } from '../../src/job-row/options.ts';
import { cancelJob } from '../../src/jobs/cancel.ts';
import type { JobsContext } from '../../src/jobs/context.ts';
import { retryJob } from '../../src/jobs/retry.ts';
import { submitJob } from '../../src/jobs/submit.ts';
import { createCredentialSealer } from '../../src/maintenance/credential-sealer.ts';
import { createPruner } from '../../src/maintenance/pruner.ts';
import { lockPlain } from '../../src/maintenance/sql/credentials.ts';
import { noQuotas } from '../../src/tenants/limits.ts';
import { submit } from '../api/submitting.ts';
import { openPool } from '../database/opening.ts';
import { type Service, startService } from '../service.ts';
import { deferred } from './extractors.ts';

const address = 'https://wanda:p%40ss@example.com/secret.pdf';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});
beforeEach(async () => {
  await service.platform.database.query('TRUNCATE jobs, sources CASCADE', []);
});

/** Creates a job of the document, or of a new one, and returns its id. */
async function create(document?: string): Promise<string> {
  const { id } = await submit(service, { source: document === undefined ? { url: address } : { job: document } });
  return id;
}

const uuid = (id: string) => decodeId('job', id) ?? '';

/** Runs `work` in a transaction that stays open until `commit`. */
async function held(work: (context: JobsContext) => Promise<unknown>): Promise<{ commit(): Promise<void> }> {
  const { database, jobs } = service.platform;
  const [worked, released] = [deferred<void>(), deferred<void>()];
  const ended = database.transaction(async (query) => {
    await work({ ...jobs, database: { ...database, query, transaction: (each) => each(query) } });
    worked.resolve();
    await released.promise;
  });
  await Promise.race([worked.promise, ended]);
  return {
    async commit() {
      released.resolve();
      await ended;
    },
  };
}

/** Resolves when a statement waits for the lock of another transaction. */
async function waits(): Promise<void> {
  await using pool = openPool(service.config.databaseUrl ?? '', 1);
  const waiting = `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`;
  await expect.poll(() => pool.query(waiting, [])).toHaveLength(1);
}

const cancel = (id: string) => cancelJob(service.platform.jobs, defaultTenantId, uuid(id));

async function sources() {
  return await service.platform.database.query<{ url: string; sealed: string | null }>(
    'SELECT url, sealed_credentials AS sealed FROM sources ORDER BY id',
    [],
  );
}

const kept = [{ url: 'https://example.com/secret.pdf', sealed: expect.stringMatching(/^v1/) }];
const erased = [{ url: 'https://example.com/secret.pdf', sealed: null }];

const submission = {
  tenantId: defaultTenantId,
  name: null,
  priority: 0,
  webhook: null,
  quotas: noQuotas,
  idempotencyKey: null,
  fingerprint: null,
};
const item = { options: defaultOptions, sealedPassword: null, name: null, metadata: null, maxRetries: 0 };

describe('the credentials of a document whose last job ends', () => {
  it.each<[what: string, begin: (context: JobsContext, job: string) => Promise<unknown>]>([
    ['createJob', (context, jobId) => submitJob(context, { ...submission, ...item, source: { jobId }, runAt: null })],
    [
      'createBatch',
      (context, jobId) => submitBatch(context, { ...submission, items: [{ ...item, source: { jobId } }] }),
    ],
  ])('stay for a job that %s creates at the same time', async (_, begin) => {
    const last = await create();
    const created = await held((context) => begin(context, uuid(last)));
    const ended = cancel(last);
    await waits();
    await created.commit();
    await ended;
    expect(await sources()).toEqual(kept);
    await createPruner({ ...service.platform }).runOnce();
    expect(await sources()).toEqual(kept);
  });

  it('stay for a job that retryJob starts at the same time', async () => {
    const first = await create();
    const last = await create(first);
    await cancel(first);
    const restarted = await held((context) => retryJob(context, defaultTenantId, uuid(first), null));
    const ended = cancel(last);
    await waits();
    await restarted.commit();
    await ended;
    expect(await sources()).toEqual(kept);
    await cancel(first);
    expect(await sources()).toEqual(erased);
  });

  it('are erased if a job that was being created is not', async () => {
    const last = await create();
    const created = held(async (context) => {
      await submitJob(context, { ...submission, ...item, source: { jobId: uuid(last) }, runAt: null });
      throw new Error('rolled back');
    });
    await expect(created).rejects.toThrow('rolled back');
    await cancel(last);
    expect(await sources()).toEqual(erased);
  });

  it('are erased by the last of two jobs that end at the same time', async () => {
    const first = await create();
    const second = await create(first);
    const ending = await held((context) => cancelJob(context, defaultTenantId, uuid(first)));
    const ended = cancel(second);
    await waits();
    await ending.commit();
    await ended;
    expect(await sources()).toEqual(erased);
  });

  it('are erased by maintenance if they were left', async () => {
    await cancel(await create());
    await service.platform.database.query(`UPDATE sources SET sealed_credentials = 'v1.left'`, []);
    await createPruner({ ...service.platform }).runOnce();
    expect(await sources()).toEqual(erased);
  });
});

describe('credentials in a URL that an earlier version stored', () => {
  /** Inserts the document of an earlier version. */
  async function store(url: string, unfinished: boolean): Promise<void> {
    const id = newUuid();
    const { database } = service.platform;
    await database.query(
      `INSERT INTO sources (id, tenant_id, kind, status, url) VALUES ($1, $2, 'URL', 'WAITING', $3)`,
      [id, defaultTenantId, url],
    );
    await database.query(
      `INSERT INTO jobs (id, tenant_id, source_id, options, claim_order, priority, max_retries, status, finished_at)
       VALUES ($1, $2, $3, '{}', now(), 0, 3, $4::text::"JobStatus", CASE WHEN $4 = 'CANCELLED' THEN now() END)`,
      [newUuid(), defaultTenantId, id, unfinished ? 'PENDING' : 'CANCELLED'],
    );
  }
  const seal = () => createCredentialSealer(service.platform).runOnce(0);

  it('are encrypted by maintenance if a job needs them, and still used', async () => {
    await store(address, true);
    await seal();
    expect(await sources()).toEqual(kept);
    const [source] = await sources();
    expect(withCredentials(service.platform.secrets, source?.url ?? '', source?.sealed ?? null)).toBe(address);
  });

  it('are erased if no job needs them', async () => {
    await store(address, false);
    await seal();
    expect(await sources()).toEqual(erased);
  });

  it.each([
    'https:wanda:p%40ss@example.com/secret.pdf',
    'HTTPS:\\\\wanda:p%40ss@example.com/secret.pdf',
    ' https:///wanda:p%40ss@example.com/secret.pdf',
    'https://wanda:p%40ss@@example.com/secret.pdf',
    'ht\ntps:/\t/wanda@example.com/secret.pdf',
    'https://:p%40ss@example.com/secret.pdf',
    'https://@example.com/secret.pdf',
    'https://wanda:p%40ss@exa mple.com/secret.pdf',
  ])('are found however the URL is written: %j', async (url) => {
    await store(url, false);
    await seal();
    const [source] = await sources();
    expect(source?.url).toMatch(/^https:\/\/exa ?mple.com\/secret.pdf$/);
  });

  it('leave other URLs as they are, and take any number of rows', async () => {
    const others = [
      'https://example.com/a@b.pdf',
      'https://example.com?to=a@b',
      'https://example.com#a@b',
      'https:\\\\example.com\\@b',
    ];
    for (const url of others) await store(url, true);
    for (let n = 0; n < 101; n += 1) await store(`https://wanda:${n}@example.com/${n}.pdf`, n % 2 === 0);
    await seal();
    const after = await sources();
    expect(after.slice(0, others.length).map(({ url }) => url)).toEqual(others);
    expect(after.filter(({ url }) => url.includes('wanda'))).toEqual([]);
    expect(after.filter(({ sealed }) => sealed !== null)).toHaveLength(51);
  });

  it('are found by an index, so that this costs nothing on large tables', async () => {
    await using pool = openPool(service.config.databaseUrl ?? '', 1);
    const [plan] = await pool.transaction(async (query) => {
      await query('SET LOCAL enable_seqscan = off', []);
      return await query(`EXPLAIN (FORMAT JSON) ${lockPlain}`, [1], { prepared: false });
    });
    expect(JSON.stringify(plan)).toContain('sources_plain_credentials_idx');
  });
});
