import { TypeID, typeidUnboxed } from 'typeid-js';

/**
 * Public ids are TypeIDs, such as job_01h455vb4pex5vsknk084sn02q: a type and a UUIDv7, the same in the API, logs, the CLI
 * and webhooks. The database holds the bare UUID.
 */
export type IdType = 'job' | 'upload' | 'worker' | 'tenant' | 'batch' | 'endpoint' | 'delivery' | 'key';

/** The least UUID (RFC 9562), which identifies nothing. */
export const nilUuid = '00000000-0000-0000-0000-000000000000';

/** A new UUIDv7: sorts by the time of its making. */
export function newUuid(): string {
  return TypeID.fromString(typeidUnboxed()).toUUID();
}

export function encodeId(type: IdType, uuid: string): string {
  return TypeID.fromUUID(type, uuid).toString();
}

/** The UUID behind a public id, or null if the text is no id of this type. */
export function decodeId(type: IdType, id: string): string | null {
  try {
    return TypeID.fromString(id, type).toUUID();
  } catch {
    return null;
  }
}

/**
 * The id of a page, such as page_01h455vb4pex5vsknk084sn02q_12. Pages have no UUID: the id is that of their job with their
 * number, and stays the same when a retry makes the page again.
 */
export function encodePageId(jobUuid: string, number: number): string {
  return `${TypeID.fromUUID('page', jobUuid)}_${number}`;
}

const pageId = /^(page_\w{26})_([1-9]\d{0,8})$/;

/** The UUID of the job and the number that a page's id stands for, or null if the text is no id of a page. */
export function decodePageId(id: string): { jobId: string; number: number } | null {
  const [, prefix, number] = pageId.exec(id) ?? [];
  if (prefix === undefined) return null;
  try {
    return { jobId: TypeID.fromString(prefix, 'page').toUUID(), number: Number(number) };
  } catch {
    return null;
  }
}

/** The type that an id claims to be of; null if it is no id at all. */
export function idType(id: string): string | null {
  try {
    return TypeID.fromString(id).getType();
  } catch {
    return null;
  }
}
