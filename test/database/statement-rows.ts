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
import { type Declared, modelRow, row } from './declared-row.ts';

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
export const rows: Declared[] = [
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
