import { readdirSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AggregateRow } from '../../src/batches/aggregate.ts';
import type { Batch } from '../../src/batches/batch.ts';
import * as aggregate from '../../src/batches/sql/aggregate.ts';
import * as batchChanges from '../../src/batches/sql/batch-changes.ts';
import * as insertBatch from '../../src/batches/sql/insert-batch.ts';
import * as listBatchJobs from '../../src/batches/sql/list-batch-jobs.ts';
import { pruneBatches } from '../../src/batches/sql/prune-batches.ts';
import { Prisma } from '../../src/connections/prisma/client.ts';
import { expireUploads } from '../../src/documents/sql/expire-uploads.ts';
import * as namedDocuments from '../../src/documents/sql/named-documents.ts';
import { recordSource } from '../../src/documents/sql/record-source.ts';
import type { StateRow } from '../../src/estimates/estimates.ts';
import type { Running, Waiting } from '../../src/estimates/queue/forecast.ts';
import * as estimatedJobs from '../../src/estimates/sql/estimated-jobs.ts';
import * as queue from '../../src/estimates/sql/queue.ts';
import { tick } from '../../src/fleet/sql/beat.ts';
import { countClaimableRows } from '../../src/fleet/sql/claimable.ts';
import { jobsByStatus } from '../../src/fleet/sql/count-by-status.ts';
import { vitals } from '../../src/fleet/sql/vitals.ts';
import { workerState } from '../../src/fleet/sql/worker-state.ts';
import type { Heard, WorkerState } from '../../src/fleet/workers.ts';
import type { Job } from '../../src/job-row/job.ts';
import type { Claimed, Details } from '../../src/jobs/claim.ts';
import type { Found, NamedList } from '../../src/jobs/find-by-name.ts';
import type { JobKey } from '../../src/jobs/list-limits.ts';
import type { PageHitRow } from '../../src/jobs/search.ts';
import * as cancel from '../../src/jobs/sql/cancel.ts';
import * as claim from '../../src/jobs/sql/claim.ts';
import { completeClaimed } from '../../src/jobs/sql/complete-job.ts';
import * as deleteJob from '../../src/jobs/sql/delete-job.ts';
import * as failJobs from '../../src/jobs/sql/fail-jobs.ts';
import { giveBack } from '../../src/jobs/sql/give-back.ts';
import { insertJob } from '../../src/jobs/sql/insert-job.ts';
import * as listByName from '../../src/jobs/sql/list-by-name.ts';
import * as listJobs from '../../src/jobs/sql/list-jobs.ts';
import * as retry from '../../src/jobs/sql/retry.ts';
import { search } from '../../src/jobs/sql/search-pages.ts';
import { type Taken, takenKey } from '../../src/jobs/sql/taken.ts';
import * as deleteExpired from '../../src/maintenance/sql/delete-expired.ts';
import { takeLeases } from '../../src/maintenance/sql/take-leases.ts';
import type { Vitals } from '../../src/ops/vitals.ts';
import type { ExtractedPage } from '../../src/pdf/model/document.ts';
import * as jobContent from '../../src/results/job-content.ts';
import * as pageContent from '../../src/results/page-content.ts';
import { measuredRead } from '../../src/results/sql/measured-read.ts';
import { namedFiles } from '../../src/results/sql/named-files.ts';
import * as pageParts from '../../src/results/sql/page-parts.ts';
import { storeGroup } from '../../src/results/sql/store-pages.ts';
import type { ListedKey } from '../../src/tenants/keys.ts';
import { allKeys, rotateSecret } from '../../src/tenants/sql/change-keys.ts';
import { type KeyRow, readKeysSql } from '../../src/tenants/sql/read-keys.ts';
import type { ClaimedRow } from '../../src/webhooks/claim.ts';
import type { Recorded } from '../../src/webhooks/record.ts';
import * as claimDeliveries from '../../src/webhooks/sql/claim.ts';
import * as endpoints from '../../src/webhooks/sql/endpoints.ts';
import { record } from '../../src/webhooks/sql/record.ts';
import { redeliver } from '../../src/webhooks/sql/redeliver.ts';
import { createDatabase } from '../service.ts';
import { type Describer, openDescriber } from './describing.ts';

/** The types of PostgreSQL whose values our connections parse to T. */
type TypeOf<T> = unknown extends T
  ? 'json' | 'jsonb' | 'json?' | 'jsonb?'
  : T extends Date
    ? 'timestamptz'
    : T extends bigint
      ? 'int8'
      : T extends number
        ? 'int2' | 'int4' | 'float4' | 'float8'
        : T extends boolean
          ? 'bool'
          : T extends string
            ? 'text' | 'uuid' | 'enum'
            : T extends Buffer
              ? 'bytea'
              : T extends Date[]
                ? '_timestamptz'
                : T extends string[]
                  ? '_text' | '_uuid'
                  : T extends number[]
                    ? '_int4'
                    : 'json' | 'jsonb';

/** Every member of a row with the type of its column. A question mark follows where the member may be null. */
type Columns<Row, Name extends keyof Row = keyof Row> = {
  [Key in Name]-?: Nullable<Row[Key]> extends true ? `${TypeOf<NonNullable<Row[Key]>>}?` : TypeOf<Row[Key]>;
};

type Nullable<T> = unknown extends T ? false : null extends T ? true : false;

/** A declared row: the columns of a statement and the type that the code gives them. */
interface Declared {
  statement: string;
  columns: Record<string, string>;
  /** Columns that may be null in their table, but not in these rows. */
  filtered: string[];
}

function row<Row>(statement: string, columns: Columns<Row>, filtered: string[] = []): Declared {
  return { statement, columns, filtered };
}

/** A row that contains all fields of a Prisma model, which migrations-match-schema.test.ts compares with the table. */
function modelRow<Model, Row extends Model>(
  fields: Record<string, string>,
  statement: string,
  more: Columns<Omit<Row, keyof Model>>,
): Declared {
  const all = Object.fromEntries(Object.keys(fields).map((field) => [field, 'field of the model']));
  return { statement, columns: { ...all, ...more }, filtered: [] };
}

const job = (statement: string) => modelRow<Job, Job>(Prisma.JobScalarFieldEnum, statement, {});
const batch = (statement: string) => modelRow<Batch, Batch>(Prisma.BatchScalarFieldEnum, statement, {});

const change = {
  batchId: 'uuid',
  kind: 'text',
  requestedAt: 'timestamptz',
  options: 'jsonb',
  maxRetries: 'int4?',
  sealedPassword: 'text?',
} as const;

const work = {
  toDownload: 'bool',
  sourceBytes: 'int8?',
  options: 'jsonb',
  pagesTotal: 'int4?',
  pagesDone: 'int4',
} as const;

const aggregated = { batchId: 'uuid', behind: 'bool' } as const;
type Aggregated = Pick<AggregateRow, 'batchId' | 'behind'> & Batch;

const paths = ['all', 'status', 'failure', 'batch'] as const;
const orders = ['ASC', 'DESC'] as const;

/** The rows of all searches for a name in the list of a path. */
const namedRows = (path: NamedList['path']) =>
  orders.flatMap((order) =>
    (['keys', 'count'] as const).flatMap((wanted) =>
      [listByName.scanFirst, listByName.scanAll, listByName.scanNames].map((scan) =>
        row<Found>(scan(path, order, wanted, 10), {
          rows: 'int4',
          hits: 'int4',
          whole: 'bool',
          ids: '_uuid?',
          times: '_timestamptz?',
          folded: 'text',
        }),
      ),
    ),
  );

/** All statements that return rows. */
const rows: Declared[] = [
  row<WorkerState>(workerState, {
    id: 'uuid',
    host: 'text',
    version: 'text',
    concurrency: 'int4',
    running: 'int4',
    startedAt: 'timestamptz',
    heartbeatAt: 'timestamptz',
    isAlive: 'bool',
  }),
  modelRow<Batch, Aggregated>(Prisma.BatchScalarFieldEnum, aggregate.aggregateFree, aggregated),
  modelRow<Batch, Aggregated>(Prisma.BatchScalarFieldEnum, aggregate.aggregateAll, aggregated),
  row<batchChanges.BatchChange>(batchChanges.recordCancel, change),
  row<batchChanges.BatchChange>(batchChanges.recordRetry, change),
  row<batchChanges.BatchChange>(batchChanges.pendingChanges, change),
  row<{ batch_id: string }>(batchChanges.removeDoneChange.CANCEL, { batch_id: 'uuid' }),
  row<{ batch_id: string }>(batchChanges.removeDoneChange.RETRY, { batch_id: 'uuid' }),
  batch(insertBatch.insertBatch),
  row<{ inserted: number }>(insertBatch.insertItems, { inserted: 'int4' }),
  ...orders.map((order) =>
    row<{ batchId: string; id: string }>(listBatchJobs.listJobsOfBatches(order), { batchId: 'uuid', id: 'uuid' }),
  ),
  row<{ batchId: string; n: number }>(listBatchJobs.countJobsOfBatches, { batchId: 'uuid', n: 'int4' }),
  row<{ id: string }>(pruneBatches, { id: 'uuid' }),
  row<{ storageKey: string | null }>(expireUploads, { storageKey: 'text?' }),
  row<namedDocuments.UploadState>(namedDocuments.uploadStates, {
    id: 'uuid',
    status: 'text',
    sha256: 'text?',
    expired: 'bool',
  }),
  row<{ id: string }>(namedDocuments.existingJobs, { id: 'uuid' }),
  row<{ storageKey: string | null; sha256: string | null }>(recordSource, { storageKey: 'text?', sha256: 'text?' }),
  ...[estimatedJobs.stateRows, estimatedJobs.lastOfBatches].map((statement) =>
    modelRow<Job, StateRow>(Prisma.JobScalarFieldEnum, statement, { toDownload: 'bool', sourceBytes: 'int8?' }),
  ),
  row<Waiting>(queue.waitingRows, { ...work, tenantId: 'uuid', id: 'uuid', claimOrder: 'float8', rank: 'int4' }),
  row<Running>(queue.runningRows, { ...work, tenantId: 'uuid', seconds: 'float8', left: 'float8?' }),
  row<{ id: string; most: number }>(queue.limitsOf, { id: 'uuid', most: 'int4' }, ['most']),
  row<{ takenAt: Date; slots: number }>(queue.slotsNow, { takenAt: 'timestamptz', slots: 'int4' }),
  row<Omit<Heard, 'held'> & { held: string[] }>(tick, { at: 'timestamptz', held: '_uuid', strays: 'jsonb' }),
  row<{ n: number }>(countClaimableRows, { n: 'int4' }),
  row<{ status: string; n: number }>(jobsByStatus, { status: 'text', n: 'float8' }),
  row<Vitals>(vitals, {
    workers: 'int4',
    slots: 'int4',
    running: 'int4',
    fleetSeconds: 'float8?',
    claimable: 'int4',
    firstWaitingSeconds: 'float8?',
    lastStartSeconds: 'float8?',
    canarySeconds: 'float8?',
    maintained: 'bool',
    failingActors: '_text',
  }),
  job(cancel.cancelOne),
  job(cancel.cancelPart),
  modelRow<Job, Claimed & Job>(Prisma.JobScalarFieldEnum, claim.claimNext, { stored: 'jsonb' }),
  row<Details & { id: string }>(claim.readDetails, {
    id: 'uuid',
    sourceUrl: 'text?',
    sourceStorageKey: 'text?',
    sourceSha256: 'text?',
    sourceBytes: 'int8?',
    resourceFailures: 'int4',
    exhaustedEngine: 'enum?',
    quarantined: '_text',
    unreadable: '_int4',
  }),
  job(completeClaimed),
  row<{ id: string }>(deleteJob.lockDocument, { id: 'uuid' }),
  row<{ id: string; storageKey: string | null }>(deleteJob.deleteLockedJob, { id: 'uuid', storageKey: 'text?' }),
  job(failJobs.failClaimed),
  job(failJobs.rescueExpired),
  job(giveBack),
  job(insertJob),
  ...paths.flatMap((path) => [
    ...orders.map((order) => row<JobKey>(listJobs.listByPath(path, order), { id: 'uuid', createdAt: 'timestamptz' })),
    row<{ n: number }>(listJobs.countByPath(path), { n: 'int4' }),
    ...(path === 'batch' ? [] : namedRows(path)),
  ]),
  row<{ 'QUERY PLAN': unknown }>(listByName.estimateGroups(2), { 'QUERY PLAN': 'json' }),
  ...[true, false].flatMap((byStatus) =>
    [true, false].map((byFailure) =>
      row<{ 'QUERY PLAN': unknown }>(listJobs.estimateRows({ byStatus, byFailure }), { 'QUERY PLAN': 'json' }),
    ),
  ),
  job(retry.retryOne),
  job(retry.retryPart),
  row<PageHitRow>(search, {
    complete: 'bool',
    jobId: 'uuid?',
    number: 'int4?',
    score: 'float4?',
    headline: 'text?',
    source: 'text?',
  }),
  row<Taken>(takenKey, { jobId: 'uuid?', batchId: 'uuid?', fingerprint: 'text' }),
  ...[deleteExpired.deleteKeys, deleteExpired.deleteDeliveries, deleteExpired.deletePaused].map((statement) =>
    row<{ deleted: number }>(statement, { deleted: 'int4' }),
  ),
  row<{ held: string[]; at: Date }>(takeLeases, { held: '_text', at: 'timestamptz' }),
  row<{ key: string }>(namedFiles, { key: 'text' }),
  row<ExtractedPage>(pageParts.wholePages, {
    number: 'int4',
    label: 'text?',
    width: 'float4',
    height: 'float4',
    rotation: 'int2',
    text: 'text',
    markdown: 'text',
    links: 'jsonb',
    details: 'jsonb',
    failure: 'text?',
  }),
  row<{ number: number; images: unknown }>(pageParts.imagesOfPages, { number: 'int4', images: 'jsonb' }),
  ...(['text', 'markdown'] as const).map((column) =>
    row<{ number: number; content: string }>(pageParts.columnOfPages(column), { number: 'int4', content: 'text' }),
  ),
  row<{ stored: number }>(storeGroup, { stored: 'int4' }),
  row<{ id: string }>(rotateSecret, { id: 'uuid' }),
  row<ListedKey>(allKeys, { id: 'uuid', name: 'text?', scopes: '_text', state: 'text', lastUsedAt: 'timestamptz?' }),
  row<KeyRow>(readKeysSql, {
    id: 'uuid',
    tenantId: 'uuid',
    scopes: '_text',
    hash: 'bytea',
    previousHash: 'bytea?',
    usable: 'bool',
  }),
  row<ClaimedRow>(claimDeliveries.claimDue, {
    id: 'uuid',
    tenantId: 'uuid',
    event: 'enum',
    url: 'text',
    endpointId: 'uuid?',
    lane: 'text',
    jobId: 'uuid?',
    batchId: 'uuid?',
    snapshot: 'json',
    createdAt: 'timestamptz',
    attempt: 'int4',
    tries: 'int4',
    now: 'timestamptz',
    ownerId: 'uuid',
    secretVersion: 'int4',
    secretRotatedAt: 'timestamptz?',
  }),
  row<{ lanes: number; oldestSeconds: number | null }>(claimDeliveries.dueLanes, {
    lanes: 'int4',
    oldestSeconds: 'float8?',
  }),
  row<{ id: string }>(endpoints.pauseOne, { id: 'uuid' }),
  row<{ hurried: number }>(endpoints.hurryPart, { hurried: 'int4' }),
  row<{ id: string }>(endpoints.orphaned, { id: 'uuid' }, ['id']),
  row<{ dead: number }>(endpoints.giveUpPart, { dead: 'int4' }),
  row<{ id: string }>(endpoints.rotateEndpoint, { id: 'uuid' }),
  row<{ id: string }>(endpoints.rotateTenant, { id: 'uuid' }),
  row<Recorded>(record, { status: 'text', paused: 'bool' }),
  row<{ id: string }>(redeliver, { id: 'uuid' }),
];

/** Exported parts of statements. */
const fragments = ['insertPages'];

const src = fileURLToPath(new URL('../../src', import.meta.url));

/** All exported statements of the folders named `sql`, by file and name. */
async function exportedStatements(): Promise<Map<string, string>> {
  const files = readdirSync(src, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.parentPath.endsWith('/sql'))
    .map((entry) => join(entry.parentPath, entry.name));
  const found = new Map<string, string>();
  for (const file of files) {
    const exported: Record<string, unknown> = await import(file);
    for (const [name, value] of Object.entries(exported)) {
      const values = typeof value === 'object' && value !== null ? Object.values(value) : [value];
      for (const each of values) {
        const isStatement = typeof each === 'string' && /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b/.test(each);
        if (isStatement && !fragments.includes(name)) found.set(`${relative(src, file)} ${name}`, each);
      }
    }
  }
  return found;
}

let database: Awaited<ReturnType<typeof createDatabase>>;
let describer: Describer;
beforeAll(async () => {
  database = await createDatabase();
  describer = await openDescriber(database.url);
});
afterAll(async () => {
  await describer[Symbol.asyncDispose]();
  await database.drop();
});

describe('every statement in a folder named sql', () => {
  it('is declared here with its row if it returns rows', async () => {
    const declared = new Set(rows.map(({ statement }) => statement));
    const missing: string[] = [];
    for (const [name, statement] of await exportedStatements()) {
      const columns = await describer.describe(statement);
      if (columns.length > 0 && !declared.has(statement)) missing.push(name);
    }
    expect(missing).toEqual([]);
  });

  it('returns the columns of its row type, with these types', async () => {
    const wrong: string[] = [];
    for (const { statement, columns, filtered } of rows) {
      const described = await describer.describe(statement);
      expect(described.map(({ name }) => name).sort(), statement).toEqual(Object.keys(columns).sort());
      for (const { name, type, nullable } of described) {
        const declared = columns[name] ?? '';
        if (declared === 'field of the model') continue;
        const mayBeNull = nullable && !type.startsWith('json') && !filtered.includes(name);
        const expected = mayBeNull ? `${type}?` : declared.endsWith('?') ? `${type}?` : type;
        if (declared !== expected) wrong.push(`${name} is ${expected}, not ${declared}, in ${statement}`);
      }
    }
    expect(wrong).toEqual([]);
  });
});

describe('every large value of a result', () => {
  const contents = [...Object.values(jobContent), ...Object.values(pageContent)].flatMap((each) =>
    typeof each === 'object' && 'value' in each ? [each] : [],
  );

  it.each(contents.map((content) => [content.name, content] as const))('can be read: %s', async (_name, content) => {
    const described = await describer.describe(measuredRead(content));
    expect(described.map(({ name, type }) => `${name} ${type}`).slice(0, 3)).toEqual([
      'rank int4',
      'bytes float8',
      'fits bool',
    ]);
  });
});
