import { z } from 'zod';
import { deleteArchivedJob } from '../archive/delete-archived.ts';
import type { Database } from '../connections/database.ts';
import type { TenantErasure } from '../connections/prisma/client.ts';
import { RequestError } from '../errors.ts';
import { newUuid } from '../ids.ts';
import { cancelJobs } from '../jobs/change-many.ts';
import type { JobsContext } from '../jobs/context.ts';
import { deleteJob } from '../jobs/remove.ts';
import type { Logger } from '../ops/logger.ts';
import { removeJobFiles } from '../results/job-files.ts';
import type { Storage } from '../storage/storage.ts';
import * as sql from './sql/erase-tenant.ts';

/** The kinds of records that a receipt counts. */
const erasedKinds = [
  'jobs',
  'pages',
  'documents',
  'batches',
  'webhookEndpoints',
  'webhookDeliveries',
  'apiKeys',
] as const;
export type ErasedKind = (typeof erasedKinds)[number];

const counts = z.partialRecord(z.enum(erasedKinds), z.number());
type Counts = z.infer<typeof counts>;

/** Reads the counts of a receipt's row. */
export function readCounts({ deleted }: Pick<TenantErasure, 'deleted'>): Counts {
  return counts.parse(deleted);
}

/** The services that erase tenants. */
export interface EraseContext {
  jobs: JobsContext;
  storage: Storage;
  logger: Logger;
  /** The tenant that cannot be erased. */
  defaultTenantId: string;
}

/** Rows per statement. A deletion of a job is a transaction of its own. */
const batch = 200;
const jobsAtOnce = 25;

/**
 * Begins to erase a tenant, which maintenance continues. Its keys no longer work. `name` must be the name of the
 * tenant. Returns null if the tenant does not exist.
 */
export async function requestErasure(
  database: Database,
  tenantId: string,
  name: string,
): Promise<TenantErasure | null> {
  const [begun] = await database.query<{ id: string }>(sql.beginErasure, [newUuid(), tenantId, name]);
  if (begun !== undefined) return await database.prisma.tenantErasure.findUnique({ where: { id: begun.id } });
  if ((await database.prisma.tenant.findUnique({ where: { id: tenantId } })) === null) return null;
  throw new RequestError('BAD_USER_INPUT', {
    issues: [{ path: ['name'], code: 'MISMATCH', message: 'must be the name of the tenant' }],
  });
}

/**
 * Erases a part of a tenant: its jobs, then what they left, at last its row. Returns whether more may be left. Can be
 * repeated, and continued by another process.
 */
export async function erasePart(context: EraseContext, { id, erasedTenantId }: TenantErasure): Promise<boolean> {
  const { database } = context.jobs;
  const record = (counts: Counts, isDone = false) =>
    database.query(sql.recordErased, [id, JSON.stringify(counts), isDone]);
  const jobs = await eraseJobs(context, erasedTenantId);
  if (jobs !== null) {
    await record(jobs);
    return true;
  }
  const archived = await eraseArchived(context, erasedTenantId);
  if (archived !== null) {
    await record(archived);
    return true;
  }
  const rest = await eraseRest(context, erasedTenantId);
  if (rest !== null) {
    await record(rest);
    return true;
  }
  const apiKeys = await eraseIdentity(database, erasedTenantId, context.defaultTenantId);
  await record({ apiKeys }, true);
  return false;
}

/** Returns null if the tenant has no jobs. */
async function eraseJobs(context: EraseContext, tenantId: string): Promise<Counts | null> {
  const { jobs } = context;
  const some = await jobs.database.query<{ id: string; pages: number }>(sql.someJobs, [tenantId, jobsAtOnce]);
  if (some.length === 0) return null;
  const ids = some.map(({ id }) => id);
  await cancelJobs(jobs, ids, ['PENDING', 'RUNNING', 'RETRYING']);
  const erased = { jobs: 0, pages: 0, documents: 0 };
  for (const { id, pages } of some) {
    const deleted = await deleteJob(jobs, tenantId, id).catch((error: unknown) => {
      // Another process deleted it, or holds it locked: the next part tries again.
      if (error instanceof RequestError) return null;
      throw error;
    });
    if (deleted === null) continue;
    await removeJobFiles(context, id, [deleted.storageKey]);
    erased.jobs += 1;
    erased.pages += pages;
    erased.documents += deleted.storageKey === null ? 0 : 1;
  }
  return erased;
}

/** Returns null if the tenant has no archived jobs. */
async function eraseArchived(context: EraseContext, erasedTenantId: string): Promise<Counts | null> {
  const { database } = context.jobs;
  const where = { tenantId: erasedTenantId };
  const some = await database.prisma.archivedJob.findMany({ where, select: { id: true }, take: jobsAtOnce });
  if (some.length === 0) return null;
  const erased = { jobs: 0, pages: 0, documents: 0 };
  for (const { id } of some) {
    const deleted = await deleteArchivedJob(database, erasedTenantId, id);
    // It was restored meanwhile: the next part deletes the job.
    if (deleted === null) continue;
    await removeJobFiles(context, id, [deleted.archiveKey, deleted.storageKey]);
    erased.jobs += 1;
    erased.pages += deleted.pages;
    erased.documents += deleted.storageKey === null ? 0 : 1;
  }
  return erased;
}

/** Returns null if nothing is left. */
async function eraseRest(
  { jobs: { database }, storage, logger }: EraseContext,
  tenantId: string,
): Promise<Counts | null> {
  for (const [kind, statement] of [
    ['webhookDeliveries', sql.deleteDeliveries],
    [null, sql.deleteBatchDeltas],
    ['batches', sql.deleteBatches],
    [null, sql.deleteWebhooks],
    ['webhookEndpoints', sql.deleteEndpoints],
    [null, sql.deleteIdempotencyKeys],
    [null, sql.deleteQuarantine],
  ] as const) {
    const deleted = await database.query<{ deleted: number }>(statement, [tenantId, batch]);
    if (deleted.length > 0) return kind === null ? {} : { [kind]: deleted.length };
  }
  const sources = await database.query<{ storageKey: string | null }>(sql.deleteSources, [tenantId, batch]);
  const keys = sources.flatMap(({ storageKey }) => storageKey ?? []);
  for (const key of keys)
    await storage
      .remove(key)
      .catch((error) => logger.warn({ err: error }, 'a document was left behind; the janitor removes it'));
  return sources.length === 0 ? null : { documents: keys.length };
}

/**
 * Deletes the tenant itself. Returns the number of its keys. If no other tenant has a key, the last one goes to
 * `successorId`, revoked and without a name: without any key in the database, the API admits clients without keys.
 */
function eraseIdentity(database: Database, tenantId: string, successorId: string): Promise<number> {
  return database.transaction(async (query) => {
    await query(sql.deleteUsageDeltas, [tenantId]);
    await query(sql.deleteUsage, [tenantId]);
    await query(sql.keepLastKey, [tenantId, successorId]);
    const keys = await query<{ deleted: number }>(sql.deleteApiKeys, [tenantId]);
    await query(sql.deleteTenant, [tenantId]);
    return keys.length;
  });
}
