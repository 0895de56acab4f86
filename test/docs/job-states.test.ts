import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { type Database, openDatabase } from '../../src/connections/database.ts';
import { newUuid } from '../../src/ids.ts';
import type { Job } from '../../src/job-row/job.ts';
import { defaultOptions } from '../../src/job-row/options.ts';
import { cancelJob } from '../../src/jobs/cancel.ts';
import { type Claim, claimJobs } from '../../src/jobs/claim.ts';
import type { JobsContext } from '../../src/jobs/context.ts';
import { completeJob, failJob, giveBackJob, rescueJobs } from '../../src/jobs/lifecycle.ts';
import { retryJob } from '../../src/jobs/retry.ts';
import { freeGiveBacks } from '../../src/jobs/retry-policy.ts';
import { submitJob } from '../../src/jobs/submit.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { noQuotas } from '../../src/tenants/limits.ts';
import { createDatabase } from '../service.ts';
import { codes, readDocument, readTable, root } from './markdown.ts';

const page = readDocument('docs/job-states.md');
const columns = ['From → to', 'When', 'Function', 'revision', 'retry_count', 'attempt', 'History', 'Password', 'Lease'];
const rows = readTable(page, columns);
const worker = newUuid();

let home: Awaited<ReturnType<typeof createDatabase>>;
let database: Database;
let context: JobsContext;

beforeAll(async () => {
  home = await createDatabase();
  const logger = createLogger({ logLevel: 'silent' }, 'test');
  database = openDatabase({ url: home.url, name: 'docs', logger });
  context = { database, jobChanged: () => {}, batchChanged: () => {}, ring: () => {}, aggregateBatch: async () => {} };
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await home.drop();
});
afterEach(async () => {
  await database.prisma.job.deleteMany();
});

async function submitted(maxRetries: number): Promise<Job> {
  const none = { url: null, sealedCredentials: null, filename: null, contentType: null, bytes: 1, sha256: null };
  const { job } = await submitJob(context, {
    tenantId: defaultTenantId,
    source: { id: newUuid(), kind: 'BASE64', storageKey: 'sources/none/0.pdf', ...none },
    options: defaultOptions,
    sealedPassword: 'sealed',
    name: null,
    metadata: null,
    priority: 5,
    maxRetries,
    webhook: null,
    quotas: noQuotas,
    runAt: null,
    idempotencyKey: null,
    fingerprint: '',
  });
  return job;
}

async function claimed(): Promise<Claim> {
  const [claim] = await claimJobs(context, worker, 1);
  if (claim === undefined) throw new Error('nothing was claimable');
  return claim;
}

/** Rescues the job of a dead worker, whose lease has expired. */
async function rescued(): Promise<void> {
  await database.query(`UPDATE jobs SET lease_expires_at = now() - interval '1 second' WHERE status = 'RUNNING'`, []);
  await rescueJobs(context, 10);
}

const metadata = { title: null, author: null, subject: null, keywords: null, creator: null, producer: null };
const dates = { createdAt: null, modifiedAt: null, pdfVersion: null, tagged: false, encrypted: false };
const more = { permissions: null, language: null, xmp: null };
const facts = {
  pageCount: 1,
  metadata: { ...metadata, ...dates, ...more },
  outline: [],
  attachments: [],
  attachmentsKey: null,
  fallback: null,
  notices: [],
};

/** Calls each function so that it makes the given transition. */
const act: Record<string, (job: Job, to: string) => Promise<unknown>> = {
  claimJobs: claimed,
  completeJob: (job) =>
    completeJob(context, claimOf(job), { facts, engine: 'PDFJS', storedBy: 'test', pagesTotal: 0, rest: [] }),
  failJob: (job, to) => {
    const code = to === 'RETRYING' ? 'DOWNLOAD_FAILED' : 'NOT_A_PDF';
    return failJob(context, claimOf(job), { code, message: 'It failed.', page: null, engine: null, stage: 'OPEN' });
  },
  giveBackJob: async (job, to) => {
    if (to !== 'PENDING')
      await database.query('UPDATE jobs SET give_backs = $2 WHERE id = $1', [job.id, freeGiveBacks]);
    return await giveBackJob(context, claimOf(job));
  },
  rescueJobs: rescued,
  cancelJob: (job) => cancelJob(context, defaultTenantId, job.id),
  retryJob: (job) => retryJob(context, defaultTenantId, job.id, 'sent again'),
};

function claimOf(job: Job): Claim {
  return {
    ...job,
    workerId: worker,
    sourceUrl: null,
    sealedCredentials: null,
    sourceStorageKey: null,
    sourceSha256: null,
    sourceBytes: null,
    stored: [],
    unreadable: [],
    resourceFailures: 0,
    exhaustedEngine: null,
    quarantined: [],
  };
}

async function read(id: string) {
  const job = await database.prisma.job.findUniqueOrThrow({ where: { id }, include: { attempts: true } });
  return job;
}

function change(before: number, after: number): string {
  return after === before ? 'same' : `+${after - before}`;
}

function passwordChange(before: string | null, after: string | null): string {
  if (after === null) return 'erased';
  return after === before ? 'kept' : 'as sent';
}

/** Describes a transition in the terms of the table. */
function describeChange(before: Awaited<ReturnType<typeof read>>, after: Awaited<ReturnType<typeof read>>) {
  const added = after.attempts.length > before.attempts.length ? after.attempts.at(-1) : undefined;
  return {
    revision: change(before.revision, after.revision),
    retry_count: after.run > before.run ? String(after.retryCount) : change(before.retryCount, after.retryCount),
    attempt: change(before.attempt, after.attempt),
    History: added === undefined ? 'none' : added.failureCode === null ? 'without failure' : 'with failure',
    Password: passwordChange(before.sealedPassword, after.sealedPassword),
    Lease: after.leaseExpiresAt !== null ? '10 s' : before.leaseExpiresAt === null ? 'none' : 'ended',
  };
}

function enumValues(name: string): string[] {
  const body = new RegExp(`enum ${name} \\{([^}]*)\\}`).exec(readDocument('prisma/schema.prisma'))?.[1] ?? '';
  return body.trim().split(/\s+/);
}

describe('docs/job-states.md', () => {
  it('starts with the row that createJob inserts', async () => {
    const { revision, retryCount, attempt, sealedPassword, leaseExpiresAt, status } = await submitted(3);
    expect({ revision, retryCount, attempt, sealedPassword, leaseExpiresAt, status }).toEqual({
      revision: 1,
      retryCount: 0,
      attempt: 0,
      sealedPassword: 'sealed',
      leaseExpiresAt: null,
      status: 'PENDING',
    });
    expect(rows[0]).toMatchObject({ revision: '1', retry_count: '0', attempt: '0', Password: 'sealed', Lease: 'none' });
  });

  it.each(rows.slice(1))('describes $From → to by $Function', async (row) => {
    const [from = '', to = ''] = codes(row['From → to']);
    const [name = ''] = codes(row.Function);
    const { id } = await submitted(to === 'FAILED' ? 0 : 3);
    if (from !== 'PENDING') await claimed();
    if (from === 'RETRYING') await rescued();
    if (from === 'FAILED') await act.failJob?.(await read(id), 'FAILED');
    if (from === 'CANCELLED') await act.cancelJob?.(await read(id), 'CANCELLED');
    const before = await read(id);
    expect(before.status).toBe(from);
    await act[name]?.(before, to);
    const after = await read(id);
    expect(after.status).toBe(to);
    expect(row).toMatchObject(describeChange(before, after));
  });

  it('names exactly the functions that write jobs, with their files', () => {
    const jobs = ['submit', 'claim', 'lifecycle', 'cancel', 'retry', 'remove'].map((file) => `jobs/${file}.ts`);
    const written = [...jobs, 'results/pages.ts', 'documents/record-download.ts'].flatMap((file) =>
      [...readFileSync(new URL(`src/${file}`, root), 'utf8').matchAll(/export async function (\w+)/g)].map(
        ([, name]) => `${name} ${basename(file)}`,
      ),
    );
    const named = [...page.matchAll(/`(\w+)` (?:in |\()`([\w-]+\.ts)`/g)].map(([, name, file]) => `${name} ${file}`);
    expect([...new Set(named)].sort()).toEqual([...written, 'beat workers.ts'].sort());
  });

  it('lists the statuses and stages of the schema', () => {
    const statuses = readTable(page, ['Status', 'Meaning']).map((row) => codes(row.Status)[0]);
    expect(statuses).toEqual(enumValues('JobStatus'));
    const stages = /`stage` says([^.]*)\./.exec(page)?.[1];
    expect(codes(stages)).toEqual(enumValues('JobStage'));
  });
});
