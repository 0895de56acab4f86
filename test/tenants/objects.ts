import { createHash } from 'node:crypto';
import { encodeId, encodePageId, newUuid, nilUuid } from '../../src/ids.ts';
import type { Job } from '../../src/job-row/job.ts';
import { createKey } from '../../src/tenants/keys.ts';
import { insertJob, insertPages } from '../api/rows.ts';
import type { Service } from '../service.ts';
import type { Case } from './case.ts';

type Named = Case['names'][number];
type JobStatus = Job['status'];

/** A new object of a tenant, with what refers to it. A job has the given status. */
export async function makeObject(
  service: Service,
  tenantId: string,
  type: Named,
  status: JobStatus = 'COMPLETED',
): Promise<string> {
  const { database } = service.platform;
  const { prisma } = database;

  async function job(batchId: string | null = null): Promise<string> {
    const inBatch = batchId === null ? {} : { batchId, batchIndex: 0 };
    const row = await insertJob(service, { tenantId, status, name: 'an object', ...failureOf(status), ...inBatch });
    await insertPages(service, row, ['A bee.'], tenantId);
    return row.uuid;
  }
  async function delivery(about: { jobId?: string; batchId?: string; endpointId?: string }): Promise<string> {
    const id = newUuid();
    const url = about.endpointId === undefined ? 'https://example.com/hook' : null;
    await prisma.webhookDelivery.create({
      data: { id, tenantId, event: 'JOB_COMPLETED', url, lane: 'a lane', snapshot: {}, ...about },
    });
    return id;
  }

  if (type === 'job' || type === 'page') {
    const jobId = await job();
    await delivery({ jobId });
    return type === 'job' ? encodeId('job', jobId) : encodePageId(jobId, 1);
  }
  if (type === 'batch') {
    const id = newUuid();
    await prisma.batch.create({ data: { id, tenantId, total: 1, pending: 1, name: 'an object' } });
    await job(id);
    await delivery({ batchId: id });
    return encodeId('batch', id);
  }
  if (type === 'upload') {
    const id = newUuid();
    const stored = { kind: 'UPLOAD', status: 'STORED', storageKey: `sources/${id}/0.pdf`, bytes: 8 } as const;
    const sha256 = createHash('sha256').update(id).digest('hex');
    await prisma.source.create({ data: { id, tenantId, ...stored, sha256 } });
    return encodeId('upload', id);
  }
  if (type === 'endpoint') {
    const id = newUuid();
    await prisma.webhookEndpoint.create({ data: { id, tenantId, url: 'https://example.com/hook', events: [] } });
    await delivery({ endpointId: id });
    return encodeId('endpoint', id);
  }
  if (type === 'delivery') return encodeId('delivery', await delivery({}));
  if (type === 'key') {
    const { key } = await createKey(database, { tenantId, name: null, scopes: ['READ'], expiresAt: null, limits: {} });
    return encodeId('key', key.id);
  }
  if (type === 'tenant') return encodeId('tenant', tenantId);
  if (type === 'worker') {
    const id = newUuid();
    await prisma.worker.create({ data: { id, host: 'a host', pid: 1, version: '1', concurrency: 1 } });
    return encodeId('worker', id);
  }
  if (type === 'operation') {
    const id = newUuid();
    const filter = { tenantId, ids: null, statuses: ['PENDING'], failureCodes: null, batchId: null, name: null };
    const times = { createdAfter: null, createdBefore: null, requestedAt: new Date().toISOString() };
    await prisma.bulkOperation.create({
      data: { id, kind: 'CANCEL', filter: { ...filter, ...times }, matched: 1, cursor: nilUuid },
    });
    return encodeId('operation', id);
  }
  throw new Error(`there is no object of the type ${type}`);
}

function failureOf(status: JobStatus) {
  return status === 'FAILED' ? { failureCode: 'NOT_A_PDF' } : {};
}

/** Objects of a type: jobs that can be cancelled, retried and read, one object of any other type. */
export async function makeObjects(service: Service, tenantId: string, type: Named): Promise<string[]> {
  const statuses = type === 'job' ? (['PENDING', 'FAILED', 'COMPLETED'] as const) : (['COMPLETED'] as const);
  return await Promise.all(statuses.map((status) => makeObject(service, tenantId, type, status)));
}

/** An id that names nothing. */
export function missingId(type: Named): string {
  return type === 'page' ? encodePageId(newUuid(), 1) : encodeId(type, newUuid());
}

/** The tables with rows of tenants, and a hash of the rows of one. */
export async function rowsOf(service: Service, tenantId: string): Promise<Record<string, string>> {
  const { database } = service.platform;
  const tables = await database.query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'tenant_id'
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY 1`,
    [],
  );
  const hashes: Record<string, string> = {};
  for (const { name } of tables) {
    const [row] = await database.query<{ hash: string }>(
      `SELECT count(*) || ' ' || coalesce(md5(string_agg(row::text, E'\\n' ORDER BY row::text)), '') AS hash 
         FROM (SELECT to_jsonb(t) - 'last_used_at' AS row FROM ${name} t WHERE tenant_id = $1) t`,
      [tenantId],
    );
    hashes[name] = row?.hash ?? '';
  }
  const [tenant] = await database.query<{ hash: string }>(`SELECT t::text AS hash FROM tenants t WHERE id = $1`, [
    tenantId,
  ]);
  return { ...hashes, tenants: tenant?.hash ?? '' };
}

/** The public ids of everything that belongs to a tenant. */
export async function idsOf(service: Service, tenantId: string): Promise<string[]> {
  const { prisma } = service.platform.database;
  const where = { where: { tenantId }, select: { id: true } };
  const ids = async (type: Exclude<Named, 'page'>, rows: Promise<{ id: string }[]>) =>
    (await rows).map(({ id }) => encodeId(type, id));
  const all = await Promise.all([
    ids('job', prisma.job.findMany(where)),
    ids('batch', prisma.batch.findMany(where)),
    ids('upload', prisma.source.findMany(where)),
    ids('endpoint', prisma.webhookEndpoint.findMany(where)),
    ids('delivery', prisma.webhookDelivery.findMany(where)),
    ids('key', prisma.apiKey.findMany(where)),
  ]);
  return [encodeId('tenant', tenantId), ...all.flat()];
}
