import type { Database } from '../connections/database.ts';
import type { AuditLog } from '../connections/prisma/client.ts';
import { encodeId, maxUuid, nilUuid, uuidAt } from '../ids.ts';
import { type EntryOrder, type EntryPath, endOfWindow, entriesOf } from './sql/list-entries.ts';

/** Conditions of a list of entries; those that are undefined are not applied. */
export interface AuditFilter {
  tenantId?: string;
  keyId?: string;
  action?: string;
  target?: string;
  outcome?: string;
  /** Inclusive. */
  createdAfter?: Date;
  /** Exclusive. */
  createdBefore?: Date;
}

/** A page of entries between two ids, read from the oldest if `inverted`. */
export interface AuditPart {
  /** Entries newer than this. */
  newerThan?: string;
  /** Entries older than this. */
  olderThan?: string;
  limit: number;
  inverted: boolean;
}

export interface ListedEntries {
  entries: AuditLog[];
  /** Where the list continues if fewer entries were found than requested, and not all were examined; else null. */
  examinedTo: string | null;
}

/** Maximum entries that one page examines. */
export const examinedAtOnce = 50_000;

/** Maximum difference between the time in an entry's id and its `at`, in milliseconds. Both are taken together. */
const toleranceMs = 1_000;

const minTime = new Date('0001-01-01T00:00:00Z');
const maxTime = new Date('9999-12-31T23:59:59.999Z');

/** Lists entries, newest first unless inverted. */
export async function listEntries(database: Database, filter: AuditFilter, part: AuditPart): Promise<ListedEntries> {
  const path = pathOf(filter);
  const order: EntryOrder = part.inverted ? 'ASC' : 'DESC';
  const values = valuesOf(filter, part);
  const entries = await database.query<AuditLog & Record<string, unknown>>(entriesOf(path, order), values);
  if (entries.length >= part.limit) return { entries, examinedTo: null };
  const [end] = await database.query<{ id: string }>(endOfWindow(path, order), values);
  return { entries, examinedTo: end?.id ?? null };
}

/** Returns the condition that fewest entries meet, as far as can be known without reading them. */
function pathOf({ tenantId, keyId, action, target, outcome }: AuditFilter): EntryPath {
  if (target !== undefined) return 'target';
  if (keyId !== undefined) return 'key';
  if (outcome !== undefined && outcome !== 'OK') return 'failure';
  if (action !== undefined) return 'action';
  return tenantId === undefined ? 'all' : 'tenant';
}

/** Returns the parameters of the statements. The times also bound the ids, which begin with the time. */
function valuesOf(filter: AuditFilter, { newerThan = nilUuid, olderThan = maxUuid, limit }: AuditPart) {
  const { tenantId = null, keyId = null, action = null, target = null, outcome = null } = filter;
  const { createdAfter = minTime, createdBefore = maxTime } = filter;
  const first = uuidAt(createdAfter.getTime() - toleranceMs);
  const last = uuidAt(createdBefore.getTime() + toleranceMs);
  return [
    ...[tenantId, keyId, action, target, outcome],
    first > newerThan ? first : newerThan,
    last < olderThan ? last : olderThan,
    ...[createdAfter, createdBefore, examinedAtOnce, limit],
  ];
}

const chunk = 1_000;

/** Reads entries from the oldest to the newest, in parts that fit into memory. */
export async function* readEntries(database: Database, filter: AuditFilter): AsyncGenerator<AuditLog> {
  let newerThan: string | undefined;
  for (;;) {
    const { entries, examinedTo } = await listEntries(database, filter, { newerThan, limit: chunk, inverted: true });
    yield* entries;
    newerThan = examinedTo ?? entries.at(-1)?.id;
    if (entries.length < chunk && examinedTo === null) return;
  }
}

/** Returns an entry with public ids, as the API and the export show it. */
export function publicEntry({ id, tenantId, keyId, ...rest }: AuditLog) {
  return {
    id: encodeId('audit', id),
    tenantId: encodeId('tenant', tenantId),
    apiKeyId: keyId === null ? null : encodeId('key', keyId),
    ...rest,
  };
}
