import type { AggregateRow } from '../../src/batches/aggregate.ts';
import type { Batch } from '../../src/batches/batch.ts';
import * as aggregate from '../../src/batches/sql/aggregate.ts';
import * as batchChanges from '../../src/batches/sql/batch-changes.ts';
import * as insertBatch from '../../src/batches/sql/insert-batch.ts';
import * as listBatchJobs from '../../src/batches/sql/list-batch-jobs.ts';
import { pruneBatches } from '../../src/batches/sql/prune-batches.ts';
import { Prisma } from '../../src/connections/prisma/client.ts';
import type { StateRow } from '../../src/estimates/estimates.ts';
import type { Running, Slots, Waiting } from '../../src/estimates/queue/forecast.ts';
import * as estimatedJobs from '../../src/estimates/sql/estimated-jobs.ts';
import * as queue from '../../src/estimates/sql/queue.ts';
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
import { prioritizeMany } from '../../src/jobs/sql/prioritize.ts';
import * as retry from '../../src/jobs/sql/retry.ts';
import { search } from '../../src/jobs/sql/search-pages.ts';
import { type Taken, takenKey } from '../../src/jobs/sql/taken.ts';
import { type Declared, modelRow, row } from './declared-row.ts';

const job = (statement: string) => modelRow<Job, Job>(Prisma.JobScalarFieldEnum, statement, {});

const batch = (statement: string) => modelRow<Batch, Batch>(Prisma.BatchScalarFieldEnum, statement, {});

const change = {
  batchId: 'uuid',
  kind: 'text',
  requestedAt: 'timestamptz',
  options: 'jsonb',
  maxRetries: 'int4?',
  limits: 'jsonb',
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

/** The rows of jobs and batches, and of what is read to estimate them. */
export const jobRows: Declared[] = [
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
  ...[estimatedJobs.stateRows, estimatedJobs.lastOfBatches].map((statement) =>
    modelRow<Job, StateRow>(Prisma.JobScalarFieldEnum, statement, { toDownload: 'bool', sourceBytes: 'int8?' }),
  ),
  row<Waiting>(queue.waitingRows, { ...work, tenantId: 'uuid', id: 'uuid', claimOrder: 'float8', rank: 'int4' }),
  row<Running>(queue.runningRows, { ...work, tenantId: 'uuid', seconds: 'float8', left: 'float8?' }),
  row<{ id: string; most: number }>(queue.limitsOf, { id: 'uuid', most: 'int4' }, ['most']),
  row<Slots>(queue.slotsNow, { takenAt: 'timestamptz', slots: 'int4', pausedTenants: '_uuid' }),
  job(cancel.cancelOne),
  job(cancel.cancelPart),
  job(cancel.cancelMany),
  modelRow<Job, Claimed & Job>(Prisma.JobScalarFieldEnum, claim.claimNext, { stored: 'jsonb' }),
  row<Details & { id: string }>(claim.readDetails, {
    id: 'uuid',
    sourceUrl: 'text?',
    sealedCredentials: 'text?',
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
  row<{ estimates: number[] | null }>(listByName.estimateGroups, { estimates: '_int4?' }),
  ...[0, 1, 6].flatMap((statuses) =>
    [true, false].map((byFailure) =>
      row<{ 'QUERY PLAN': unknown }>(listJobs.estimateRows({ statuses, byFailure }), { 'QUERY PLAN': 'json' }),
    ),
  ),
  job(retry.retryOne),
  job(retry.retryPart),
  job(retry.retryMany),
  row<{ id: string }>(prioritizeMany, { id: 'uuid' }),
  row<PageHitRow>(search, {
    complete: 'bool',
    jobId: 'uuid?',
    number: 'int4?',
    score: 'float4?',
    headline: 'text?',
    source: 'text?',
  }),
  row<Taken>(takenKey, { jobId: 'uuid?', batchId: 'uuid?', fingerprint: 'text' }),
];
