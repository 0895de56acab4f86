import type { Database } from '../connections/database.ts';
import { RequestError } from '../errors.ts';
import { newUuid } from '../ids.ts';
import { inBytesQueue } from '../tenants/bytes-queue.ts';
import { lockBytes } from '../tenants/sql/usage.ts';
import { bytesExceeded } from '../tenants/usage.ts';
import { endReservation, type Reserved, renewReservation, reserveBytes } from './sql/arrivals.ts';

/** Interval between two renewals, in milliseconds: a third of a reservation's lifetime. */
const renewEvery = 10_000;
/** Bytes reserved at first for a document of unknown size. Each further reservation doubles them. */
const firstBytes = 256 * 1024;

export interface ArrivalOptions {
  database: Database;
  /** Runs statements in the name of the tenant, if `database` needs that. */
  within: <T>(work: () => Promise<T>) => Promise<T>;
  tenantId: string;
  sourceId: string;
  /** The tenant's quota of stored bytes; null without one. */
  quota: number | null;
  /** Whether only one may receive the document at a time. */
  isAlone: boolean;
  /** Interval between two renewals, in milliseconds. */
  renewMs?: number;
}

/** The bytes of its tenant's quota that an arriving document holds. */
export interface Reservation {
  /** Bytes reserved so far. */
  readonly reserved: number;
  /**
   * Reserves `bytes`, or up to `wanted` if the quota has more left. Throws QUOTA_EXCEEDED or UPLOAD_IN_PROGRESS, and
   * then the reservation stays as it was. May be repeated after a lost connection.
   */
  reserve(bytes: number, wanted?: number): Promise<void>;
  /**
   * Reserves exactly the bytes that have arrived, if a quota limits them: a process that was suspended may have lost its
   * reservation. Throws like `reserve`.
   */
  confirm(bytes: number): Promise<void>;
}

/**
 * A document on its way into storage. It reserves bytes of its tenant's quota, in PostgreSQL, so that documents that
 * arrive at the same time do not exceed the quota together. A reservation counts until its document is stored, the
 * arrival is disposed, or its process has been dead for half a minute.
 */
export class Arrival implements Reservation, AsyncDisposable {
  readonly #options: ArrivalOptions;
  readonly #holder = newUuid();
  readonly #timer: NodeJS.Timeout;
  #renewing: Promise<unknown> = Promise.resolve();
  #reserved = 0;

  /** Reserves nothing yet. */
  constructor(options: ArrivalOptions) {
    this.#options = options;
    this.#timer = setInterval(() => {
      this.#renewing = this.#send(renewReservation);
    }, options.renewMs ?? renewEvery);
  }

  get reserved(): number {
    return this.#reserved;
  }

  async reserve(bytes: number, wanted = bytes): Promise<void> {
    const { database, within, tenantId, sourceId, quota, isAlone } = this.#options;
    const values = [sourceId, tenantId, this.#holder, bytes, wanted, quota, isAlone];
    const reserveLocked = () =>
      database.transaction(async (query) => {
        await query(lockBytes, [tenantId]);
        return await query<Reserved>(reserveBytes, values);
      });
    const [row] = await inBytesQueue(tenantId, () => within(reserveLocked));
    if (row === undefined) throw new Error('a reservation returned no row');
    if (row.bytes !== null) this.#reserved = row.bytes;
    else if (isAlone && row.isTaken) throw new RequestError('UPLOAD_IN_PROGRESS');
    else if (quota !== null) throw bytesExceeded({ ...row, limit: quota, bytes });
    else throw new Error('nothing was reserved, and no reason was found');
  }

  async confirm(bytes: number): Promise<void> {
    if (this.#options.quota !== null) await this.reserve(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#renewing;
    await this.#send(endReservation);
  }

  /** Sends a statement whose loss does no harm: the reservation expires, or is renewed the next time. */
  async #send(statement: string): Promise<void> {
    const { database, within, tenantId, sourceId } = this.#options;
    await within(() => database.query(statement, [sourceId, tenantId, this.#holder])).catch(() => undefined);
  }
}

/** Yields chunks once their bytes are reserved. Beyond `maxBytes`, nothing is reserved: the storage refuses them. */
export async function* reserving(
  body: AsyncIterable<Uint8Array>,
  reservation: Reservation,
  maxBytes: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > reservation.reserved && bytes <= maxBytes) {
      await reservation.reserve(bytes, Math.min(maxBytes, Math.max(firstBytes, 2 * bytes)));
    }
    yield chunk;
  }
}
