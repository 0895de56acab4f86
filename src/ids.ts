import { TypeID, typeidUnboxed } from 'typeid-js';

/**
 * Public ids are TypeIDs, such as job_01h455vb4pex5vsknk084sn02q: a type and a UUIDv7. They are the same in the API,
 * logs, the CLI and webhooks. The database stores only the UUID.
 */
const idTypes = [
  'job',
  'upload',
  'worker',
  'tenant',
  'batch',
  'endpoint',
  'delivery',
  'key',
  'audit',
  'operation',
  'alert',
  'erasure',
] as const;
export type IdType = (typeof idTypes)[number];

/** The nil UUID (RFC 9562), which sorts before all others and identifies nothing. */
export const nilUuid = '00000000-0000-0000-0000-000000000000';

/** The greatest UUID (RFC 9562). */
export const maxUuid = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Returns a UUID that sorts before all UUIDv7 of this time, in milliseconds since 1970, and after all earlier ones. */
export function uuidAt(ms: number): string {
  const time = Math.max(0, Math.floor(ms)).toString(16).padStart(12, '0');
  return `${time.slice(0, 8)}-${time.slice(8)}-0000-0000-000000000000`;
}

/** Returns a new UUIDv7, which sorts by creation time. */
export function newUuid(): string {
  return TypeID.fromString(typeidUnboxed()).toUUID();
}

export function encodeId(type: IdType, uuid: string): string {
  return TypeID.fromUUID(type, uuid).toString();
}

/** Returns the UUID of a public id; null if the text is not an id of this type. */
export function decodeId(type: IdType, id: string): string | null {
  try {
    return TypeID.fromString(id, type).toUUID();
  } catch {
    return null;
  }
}

/**
 * Returns the id of a page, such as page_01h455vb4pex5vsknk084sn02q_12. Pages have no UUID: the id consists of the
 * job's id and the page number, so it stays the same when a retry extracts the page again.
 */
export function encodePageId(jobUuid: string, number: number): string {
  return `${TypeID.fromUUID('page', jobUuid)}_${number}`;
}

const pageId = /^(page_\w{26})_([1-9]\d{0,8})$/;

/** Returns the UUID of the job and the page number; null if the text is not the id of a page. */
export function decodePageId(id: string): { jobId: string; number: number } | null {
  const [, prefix, number] = pageId.exec(id) ?? [];
  if (prefix === undefined) return null;
  try {
    return { jobId: TypeID.fromString(prefix, 'page').toUUID(), number: Number(number) };
  } catch {
    return null;
  }
}

/** Whether a text is the public id of a row. */
export function isPublicId(text: string): boolean {
  return idTypes.some((type) => decodeId(type, text) !== null);
}

/** Returns the type of an id; null if the text is not an id. */
export function idType(id: string): string | null {
  try {
    return TypeID.fromString(id).getType();
  } catch {
    return null;
  }
}
