import type { Symptoms } from '../../src/alerts/conditions.ts';
import type { DueAlert } from '../../src/alerts/send.ts';
import { clear, raise, symptoms, takeDue } from '../../src/alerts/sql/alerts.ts';
import type { DeletedArchive } from '../../src/archive/delete-archived.ts';
import {
  deleteLockedArchive,
  endRestore,
  keepArchivedDocument,
  keepDocument,
  lockArchived,
  lockArchivedDocument,
  moveToArchive,
  namedArchives,
} from '../../src/archive/sql/archived-jobs.ts';
import {
  listColumns,
  readAttemptLines,
  readJobLine,
  readPageLines,
  type StoredColumn,
} from '../../src/archive/sql/lines.ts';
import { deleteEntries } from '../../src/audit/sql/audit-log.ts';
import { endOfWindow, entriesOf } from '../../src/audit/sql/list-entries.ts';
import type { Excess, Found as FoundRole } from '../../src/connections/api-role-check.ts';
import { type ArchivedJob, type AuditLog, Prisma } from '../../src/connections/prisma/client.ts';
import { findExcesses, findLacks } from '../../src/connections/sql/api-role.ts';
import { liveWorkers } from '../../src/doctor/sql/live-workers.ts';
import type { QueueState } from '../../src/fleet/queue.ts';
import { tick } from '../../src/fleet/sql/beat.ts';
import { countClaimableRows } from '../../src/fleet/sql/claimable.ts';
import { jobsByStatus } from '../../src/fleet/sql/count-by-status.ts';
import { queueState } from '../../src/fleet/sql/queue-state.ts';
import { vitals } from '../../src/fleet/sql/vitals.ts';
import { drain, workerStates } from '../../src/fleet/sql/worker-state.ts';
import type { StatusCount } from '../../src/fleet/vitals.ts';
import type { Heard, WorkerState } from '../../src/fleet/workers.ts';
import * as credentials from '../../src/maintenance/sql/credentials.ts';
import * as deleteExpired from '../../src/maintenance/sql/delete-expired.ts';
import { takeLeases } from '../../src/maintenance/sql/take-leases.ts';
import type { Counted, Window } from '../../src/operations/condition.ts';
import { cancelOperationRow, recordPart } from '../../src/operations/sql/operations.ts';
import { countingWindow, matchingWindow } from '../../src/operations/sql/window.ts';
import type { Vitals } from '../../src/ops/vitals.ts';
import type { DueJob } from '../../src/retention/in-turn.ts';
import * as eraseTenant from '../../src/retention/sql/erase-tenant.ts';
import {
  forgetDocument,
  forgetImages,
  jobsWithOldImages,
  lockSource,
  oldDocuments,
} from '../../src/retention/sql/old-files.ts';
import { archivableJobs, expiredJobs } from '../../src/retention/sql/old-jobs.ts';
import {
  archiveKeys,
  attachmentKeys,
  documentKeys,
  imageKeys,
  namedSources,
} from '../../src/retention/sql/stored-objects.ts';
import type { ListedKey } from '../../src/tenants/keys.ts';
import { aggregateUsage } from '../../src/tenants/sql/aggregate-usage.ts';
import { allKeys, type ChangedKey, insertKey, revoke, rotateSecret } from '../../src/tenants/sql/change-keys.ts';
import {
  type AnonymousRow,
  type KeyRow,
  readAnonymousSql,
  readKeysSql,
  validKeys,
} from '../../src/tenants/sql/read-keys.ts';
import { updateKeyRow, updateTenantRow } from '../../src/tenants/sql/update-limits.ts';
import { type TenantUsage, usageOfTenants } from '../../src/tenants/sql/usage.ts';
import { type Declared, modelRow, row } from './declared-row.ts';

const entryPaths = ['target', 'key', 'failure', 'action', 'tenant', 'all'] as const;

const orders = ['ASC', 'DESC'] as const;

const idColumn = { name: 'id', type: 'uuid' };
const numberColumn = { name: 'number', type: 'integer' };

/** The rows of access and operation: tenants, keys, the audit log, alerts, workers, maintenance. */
export const operationRows: Declared[] = [
  row<Excess>(findExcesses, { problem: 'text', repair: 'text?' }),
  row<FoundRole>(findLacks, {
    name: 'text',
    database: 'text',
    lacksLogin: 'bool',
    lacksConnect: 'bool',
    lacks: '_text',
  }),
  row<WorkerState>(workerStates, {
    id: 'uuid',
    host: 'text',
    version: 'text',
    concurrency: 'int4',
    running: 'int4',
    sandbox: 'enum?',
    startedAt: 'timestamptz',
    heartbeatAt: 'timestamptz',
    isAlive: 'bool',
    drainingSince: 'timestamptz?',
    memoryBytes: 'int8?',
    pagesPerMinute: 'float4',
    completed: 'int4',
    failed: 'int4',
    jobs: 'jsonb',
  }),
  row<{ id: string }>(drain, { id: 'uuid' }),
  row<Omit<QueueState, 'oldestWaitingSeconds'>>(queueState, {
    pausedAt: 'timestamptz?',
    pausedTenants: '_uuid',
    depth: 'int4',
    scheduled: 'int4',
    running: 'int4',
    workers: 'int4',
    slots: 'int4',
    submittedPerMinute: 'int4',
    completedPerMinute: 'int4',
    failedPerMinute: 'int4',
  }),
  row<Omit<Heard, 'held'> & { held: string[] }>(tick, {
    at: 'timestamptz',
    held: '_uuid',
    strays: 'jsonb',
    isDraining: 'bool',
  }),
  row<{ n: number }>(countClaimableRows, { n: 'int4' }),
  row<StatusCount>(jobsByStatus, { status: 'text', n: 'float8', sampled: 'bool' }),
  row<Symptoms>(symptoms, {
    ended: 'int4',
    failed: 'int4',
    stuck: 'int4',
    deadWebhooks: 'int4',
    connections: 'int4',
    maxConnections: 'int4',
  }),
  row<{ id: string }>(raise, { id: 'uuid' }),
  row<{ id: string }>(clear, { id: 'uuid' }),
  row<DueAlert>(takeDue, {
    id: 'uuid',
    kind: 'text',
    detail: 'text',
    raisedAt: 'timestamptz',
    clearedAt: 'timestamptz?',
    tries: 'int4',
  }),
  row<Vitals>(vitals, {
    workers: 'int4',
    drainingWorkers: 'int4',
    pausedSeconds: 'float8?',
    slots: 'int4',
    running: 'int4',
    fleetSeconds: 'float8?',
    claimable: 'int4',
    firstWaitingSeconds: 'float8?',
    lastStartSeconds: 'float8?',
    canarySeconds: 'float8?',
    maintained: 'bool',
    sandboxes: '_text',
    withoutExtractor: 'int4',
    failingActors: '_text',
  }),
  ...(['all', 'batch', 'ids'] as const).flatMap((source) => [
    row<Window>(matchingWindow(source), { ids: '_uuid', examined: 'int4', end: 'uuid?' }),
    row<Counted>(countingWindow(source), { count: 'int4', end: 'uuid?' }),
  ]),
  row<{ isRunning: boolean }>(recordPart, { isRunning: 'bool' }),
  row<{ id: string }>(cancelOperationRow, { id: 'uuid' }),
  ...[
    deleteExpired.deleteKeys,
    deleteExpired.deleteDeliveries,
    deleteExpired.deletePaused,
    deleteExpired.deleteApiKeys,
    deleteExpired.deleteAlerts,
    deleteExpired.deleteOperations,
  ].map((statement) => row<{ deleted: number }>(statement, { deleted: 'int4' })),
  row<{ id: string }>(eraseTenant.beginErasure, { id: 'uuid' }),
  row<{ id: string; pages: number }>(eraseTenant.someJobs, { id: 'uuid', pages: 'int4' }),
  row<{ storageKey: string | null }>(eraseTenant.deleteSources, { storageKey: 'text?' }),
  ...[
    eraseTenant.deleteDeliveries,
    eraseTenant.deleteBatchDeltas,
    eraseTenant.deleteBatches,
    eraseTenant.deleteWebhooks,
    eraseTenant.deleteEndpoints,
    eraseTenant.deleteIdempotencyKeys,
    eraseTenant.deleteQuarantine,
    eraseTenant.deleteUsageDeltas,
    eraseTenant.deleteUsage,
    eraseTenant.deleteApiKeys,
    eraseTenant.deleteTenant,
  ].map((statement) => row<{ deleted: number }>(statement, { deleted: 'int4' })),
  ...[expiredJobs('jobs'), expiredJobs('archived_jobs'), archivableJobs, oldDocuments, jobsWithOldImages].map(
    (statement) => row<DueJob>(statement, { id: 'uuid', tenantId: 'uuid', endedBy: 'timestamptz' }, ['endedBy']),
  ),
  row<{ line: string; version: string }>(readJobLine([idColumn]), { line: 'text', version: 'text' }),
  row<{ version: string; concurrency: number }>(liveWorkers, { version: 'text', concurrency: 'int4' }),
  row<{ line: string }>(readAttemptLines([numberColumn]), { line: 'text' }),
  row<{ line: string; number: number }>(readPageLines([numberColumn]), { line: 'text', number: 'int4' }),
  row<StoredColumn>(listColumns, { name: 'text', type: 'text' }),
  row<{ id: string }>(moveToArchive, { id: 'uuid' }),
  row<Pick<ArchivedJob, 'id' | 'storageKey' | 'sha256' | 'webhookId'>>(lockArchived, {
    id: 'uuid',
    storageKey: 'text',
    sha256: 'text',
    webhookId: 'uuid?',
  }),
  row<{ id: string }>(endRestore, { id: 'uuid' }),
  ...[lockArchivedDocument, keepDocument, keepArchivedDocument].map((statement) =>
    row<{ id: string }>(statement, { id: 'uuid' }),
  ),
  row<DeletedArchive>(deleteLockedArchive, { archiveKey: 'text', storageKey: 'text?', pages: 'int4' }),
  row<{ id: string }>(lockSource, { id: 'uuid' }),
  row<{ storageKey: string }>(forgetDocument, { storageKey: 'text' }, ['storageKey']),
  row<{ key: string }>(forgetImages, { key: 'text' }),
  row<{ key: string }>(namedArchives, { key: 'text' }),
  row<{ key: string }>(namedSources, { key: 'text' }, ['key']),
  ...[documentKeys, attachmentKeys, archiveKeys].map((statement) =>
    row<{ id: string; key: string | null }>(statement, { id: 'uuid', key: 'text?' }),
  ),
  row<{ id: string; number: number; key: string | null }>(imageKeys, { id: 'uuid', number: 'int4', key: 'text?' }),
  row<{ id: string }>(credentials.lockUnneeded, { id: 'uuid' }),
  row<{ id: string; url: string }>(credentials.lockPlain, { id: 'uuid', url: 'text' }, ['url']),
  row<{ held: string[]; at: Date }>(takeLeases, { held: '_text', at: 'timestamptz' }),
  ...[insertKey, rotateSecret, revoke, updateKeyRow].map((statement) =>
    row<ChangedKey>(statement, { id: 'uuid', tenantId: 'uuid' }),
  ),
  row<{ id: string }>(updateTenantRow, { id: 'uuid' }),
  row<ListedKey>(allKeys, {
    id: 'uuid',
    tenantId: 'uuid',
    name: 'text?',
    scopes: '_text',
    state: 'text',
    lastUsedAt: 'timestamptz?',
    expiresAt: 'timestamptz?',
    limits: 'jsonb',
  }),
  row<KeyRow>(readKeysSql, {
    id: 'uuid',
    tenantId: 'uuid',
    scopes: '_text',
    limits: 'jsonb',
    tenantLimits: 'jsonb',
    hash: 'bytea',
    previousHash: 'bytea?',
    usable: 'bool',
  }),
  row<AnonymousRow>(readAnonymousSql, { keyExists: 'bool', limits: 'jsonb' }),
  row<{ tenantId: string; n: number }>(validKeys, { tenantId: 'uuid', n: 'int4' }),
  row<TenantUsage>(usageOfTenants, {
    tenantId: 'uuid',
    jobsWaiting: 'int4',
    bytesStored: 'float8',
    bytesArriving: 'float8',
    pagesThisMonth: 'float8',
  }),
  row<{ taken: number }>(aggregateUsage, { taken: 'int4' }),
  row<{ deleted: number }>(deleteEntries, { deleted: 'int4' }),
  ...entryPaths.flatMap((path) =>
    orders.flatMap((order) => [
      modelRow<AuditLog, AuditLog>(Prisma.AuditLogScalarFieldEnum, entriesOf(path, order), {}),
      row<{ id: string }>(endOfWindow(path, order), { id: 'uuid' }),
    ]),
  ),
];
