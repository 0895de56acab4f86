import { newEntry } from '../audit/entry.ts';
import type { AuditRecorder } from '../audit/recorder.ts';
import { encodeId, type IdType, isPublicId } from '../ids.ts';
import type { Caller } from './caller.ts';
import { codeOf } from './errors.ts';

/** Where the payloads of mutations have their object, unless the arguments name it. */
const createdBy: Readonly<Record<string, readonly [property: string, type: IdType]>> = {
  createJob: ['job', 'job'],
  createBatch: ['batch', 'batch'],
  createUpload: ['upload', 'upload'],
  createWebhookEndpoint: ['endpoint', 'endpoint'],
  createApiKey: ['key', 'key'],
  createTenant: ['tenant', 'tenant'],
};

/** Mutations that clients call at high rates. Their entries are written shortly after the response. */
const frequent: ReadonlySet<string> = new Set(['createJob', 'createUpload']);

interface Context extends Caller {
  audit: AuditRecorder;
}

/** Runs a mutation and records it. */
export async function audited<T>(
  context: Context,
  action: string,
  args: unknown,
  run: () => T | Promise<T>,
): Promise<T> {
  let outcome = 'OK';
  let payload: unknown = null;
  try {
    const result = await run();
    payload = result;
    return result;
  } catch (error) {
    outcome = codeOf(error);
    throw error;
  } finally {
    context.audit.add(entryOf(context, { action, target: targetOf(action, args, payload), outcome }));
    // A failed mutation has changed nothing. If the database does not respond, its error must not come late.
    if (outcome === 'OK' && !frequent.has(action)) await context.audit.flush();
  }
}

/**
 * Records that a caller may not run an operation, by its first root field, or read a path. A key counts as one sender, with its tokens.
 */
export function recordRefusal(context: Context, action: string): void {
  const entry = entryOf(context, { action, target: null, outcome: 'FORBIDDEN' });
  context.audit.addRefusal(entry, context.key?.id ?? context.address);
}

function entryOf(
  { tenantId, key, watch, address }: Context,
  what: Pick<Parameters<typeof newEntry>[0], 'action' | 'target' | 'outcome'>,
) {
  const actor = watch !== null ? 'WATCH_TOKEN' : key === null ? 'ANONYMOUS' : 'API_KEY';
  return newEntry({ ...what, tenantId, actor, keyId: key?.id ?? null, address });
}

/**
 * Returns the public id of the object of a mutation, or the SHA-256 of a document; null if it has none. Clients may
 * send any text as an id, also a secret by mistake, so only well-formed ids are returned.
 */
export function targetOf(action: string, args: unknown, payload: unknown): string | null {
  const created = createdBy[action];
  if (created !== undefined) {
    const [property, type] = created;
    const id = propertyOf(propertyOf(payload, property), 'id');
    return typeof id === 'string' ? encodeId(type, id) : null;
  }
  // Bulk operations, whatever they do.
  const operation = propertyOf(propertyOf(payload, 'operation'), 'id');
  if (typeof operation === 'string') return encodeId('operation', operation);
  const sha256 = propertyOf(args, 'sha256');
  // A document that is known by its hash, not any text in its place.
  if (typeof sha256 === 'string' && propertyOf(payload, 'lifted') !== undefined) return sha256.toLowerCase();
  const input = propertyOf(args, 'input');
  const named =
    propertyOf(args, 'id') ?? propertyOf(args, 'tenant') ?? propertyOf(input, 'job') ?? propertyOf(input, 'batch');
  return typeof named === 'string' && isPublicId(named) ? named : null;
}

function propertyOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
