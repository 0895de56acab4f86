import type { ClientLimits } from '../config/client-limits.ts';
import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import { occasionally } from '../ops/occasionally.ts';
import { type Allowance, allowanceOf, storedKeyLimits, storedTenantLimits } from './limits.ts';
import { OpenConnections } from './open-connections.ts';
import type { Proof } from './proof.ts';
import type { Scope } from './scopes.ts';
import { type KeyRow, readAnonymous, readKeys } from './sql/read-keys.ts';

/**
 * Interval between two reads of the keys in use, in milliseconds. A revoked key stops working within twice this time.
 */
const rereadEvery = 2_000;
const leavesAfterMs = 30_000;
/** Age at which a row is no longer trusted, in milliseconds: without the database, keys cannot be checked. */
const staleMs = 5_000;
/** Minimum time between two writes of a key's last use, in milliseconds. */
const lastUsedMs = 60_000;
/** Minimum time between two warnings about a database that cannot be read, in milliseconds. */
const warnMs = 60_000;

/** The holder of a valid key. */
export interface KeyHolder {
  proof: Proof;
  tenantId: string;
  scopes: ReadonlySet<Scope>;
  /** Its current limits, also on a connection that is older than they are. */
  readonly allowance: Allowance;
}

export interface KeyRingOptions {
  database: Database;
  /** Whether callers without a key are refused even if no key exists yet. */
  required: boolean;
  /** The tenant of callers without a key. */
  anonymousTenantId: string;
  limits: ClientLimits;
  logger: Logger;
  /** Interval between two reads without an announcement, in milliseconds. */
  rereadMs?: number;
  /** Time after which an unused key leaves the ring, in milliseconds. */
  idleMs?: number;
}

interface Known {
  row: KeyRow;
  scopes: ReadonlySet<Scope>;
  allowance: Allowance;
  readAt: number;
  /** When a client last proved to have it. */
  usedAt: number;
  /** When its last use was written. */
  notedAt: number;
}

/**
 * The keys that clients of this process use. All are read again when a change is announced, and every two seconds in
 * case an announcement was lost, so a revocation takes effect in every process, even on open connections. Expiry
 * follows the database clock.
 */
export class KeyRing implements AsyncDisposable {
  readonly #database: Database;
  readonly #alwaysRequired: boolean;
  readonly #idleMs: number;
  readonly #anonymousTenantId: string;
  readonly #limits: ClientLimits;
  readonly #known = new Map<string, Known>();
  readonly #connections = new OpenConnections();
  readonly #reading = new Map<string, Promise<Known | null>>();
  readonly #timer: NodeJS.Timeout;
  #anonymous: { areAdmitted: boolean; allowance: Allowance; readAt: number } | null = null;
  readonly #logger: Logger;
  readonly #mayWarn = occasionally(warnMs);
  #rereading: Promise<void> = Promise.resolve();
  #isReading = false;
  /** Whether a key may have changed since the running read began. */
  #isOutdated = false;
  readonly #disposing = new AbortController();

  constructor(options: KeyRingOptions) {
    const { rereadMs = rereadEvery, idleMs = leavesAfterMs } = options;
    this.#database = options.database;
    this.#idleMs = idleMs;
    this.#alwaysRequired = options.required;
    this.#anonymousTenantId = options.anonymousTenantId;
    this.#limits = options.limits;
    this.#logger = options.logger;
    this.#timer = setInterval(() => this.#begin(), rereadMs);
  }

  /** Reads the keys in use again at once, because one of them may have changed. Resolves when that is done. */
  async reread(): Promise<void> {
    this.#isOutdated = true;
    this.#begin();
    // A read that was already running is followed by another one.
    for (let reads = 0; reads < 2 && this.#isReading; reads += 1) await this.#rereading;
  }

  /** Starts a read unless one is running. Changes during a read cause one more, however many there are. */
  #begin(): void {
    if (this.#isReading || this.#disposing.signal.aborted) return;
    this.#isReading = true;
    this.#isOutdated = false;
    this.#rereading = this.#reread()
      .catch((error) => {
        if (!this.#mayWarn('reread')) return;
        this.#logger.warn({ err: error }, 'API keys cannot be read; all are refused until they can');
      })
      .finally(() => {
        this.#isReading = false;
        if (this.#isOutdated) this.#begin();
      });
  }

  /** Returns the limits of callers without a key; null if these are refused. */
  async admitAnonymous(): Promise<{ readonly allowance: Allowance } | null> {
    if (this.#alwaysRequired) return null;
    if (this.#anonymous === null || isStale(this.#anonymous.readAt)) await this.#readAnonymous();
    const admitted = this.#anonymous;
    if (!admitted?.areAdmitted) return null;
    const current = () => this.#anonymous?.allowance ?? admitted.allowance;
    return {
      get allowance() {
        return current();
      },
    };
  }

  /** Returns the holder of this key if it was used here recently; null if the key must be looked up or is invalid. */
  findKnown(proof: Proof): KeyHolder | null {
    const known = this.#known.get(proof.keyId);
    if (known === undefined) return null;
    // Notes the use even while keys cannot be read, so that the key is still known afterwards.
    const holder = this.#holderOf(proof, known);
    return isStale(known.readAt) ? null : holder;
  }

  /** Returns the holder of this key; null if the key is unknown, forged, revoked or expired. */
  async find(proof: Proof, address: string): Promise<KeyHolder | null> {
    // Addresses take turns: wrong keys of one address must not delay the keys of others.
    const scope = { owner: `${address} keys`, atOnce: 1, signal: this.#disposing.signal };
    const known = await this.#database.within(scope, () => this.#read(proof.keyId));
    return known === null ? null : this.#holderOf(proof, known);
  }

  /**
   * Calls back when an open connection must end: its key was revoked, rotated or has expired, or it has no key and keys
   * are now required.
   */
  whenEnded(holder: KeyHolder | null, end: () => void): Disposable {
    return this.#connections.add({ proof: holder?.proof ?? null, end });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#disposing.abort();
    clearInterval(this.#timer);
    await this.#rereading;
  }

  /** Returns null if the secret is wrong, or the key is revoked or expired. */
  #holderOf(proof: Proof, known: Known): KeyHolder | null {
    const { row, scopes } = known;
    if (!counts(proof, row)) return null;
    known.usedAt = performance.now();
    const current = () => this.#known.get(row.id)?.allowance ?? known.allowance;
    return {
      proof,
      tenantId: row.tenantId,
      scopes,
      get allowance() {
        return current();
      },
    };
  }

  /** Reads one key; concurrent requests for it share one statement. */
  #read(id: string): Promise<Known | null> {
    const underWay = this.#reading.get(id);
    if (underWay !== undefined) return underWay;
    const reading = readKeys(this.#database, [id])
      .then(([row]) => (row === undefined ? null : this.#remember(row, performance.now())))
      .finally(() => this.#reading.delete(id));
    this.#reading.set(id, reading);
    return reading;
  }

  #remember(row: KeyRow, readAt: number): Known {
    const before = this.#known.get(row.id);
    // Not used yet: a client that names the key may not have its secret.
    const { usedAt = Number.NEGATIVE_INFINITY, notedAt = Number.NEGATIVE_INFINITY } = before ?? {};
    const allowance = allowanceOf(this.#limits, storedTenantLimits(row.tenantLimits), storedKeyLimits(row.limits));
    const known = { row, scopes: new Set(row.scopes), allowance, readAt, usedAt, notedAt };
    this.#known.set(row.id, known);
    return known;
  }

  async #readAnonymous(): Promise<void> {
    const { keyExists, limits } = await readAnonymous(this.#database, this.#anonymousTenantId);
    const allowance = allowanceOf(this.#limits, storedTenantLimits(limits), null);
    this.#anonymous = { areAdmitted: !keyExists, allowance, readAt: performance.now() };
  }

  async #reread(): Promise<void> {
    const now = performance.now();
    for (const [id, { usedAt }] of this.#known) {
      if (now - usedAt > this.#idleMs && !this.#connections.has(id)) this.#known.delete(id);
    }
    await this.#readAnonymous();
    if (this.#alwaysRequired || !this.#anonymous?.areAdmitted) this.#connections.end(null, () => true);
    // A connection may be open although its key was not used for a while.
    const ids = [...new Set([...this.#known.keys(), ...this.#connections.keyIds])];
    if (ids.length === 0) return;
    const rows = new Map((await readKeys(this.#database, ids)).map((row) => [row.id, row]));
    for (const id of ids) {
      const row = rows.get(id);
      if (row === undefined) this.#known.delete(id);
      else this.#remember(row, performance.now());
      this.#connections.end(id, ({ proof }) => row === undefined || proof === null || !counts(proof, row));
    }
    await this.#noteUse(now);
  }

  async #noteUse(now: number): Promise<void> {
    const used = [...this.#known].filter(([, each]) => each.usedAt > each.notedAt && now - each.notedAt > lastUsedMs);
    if (used.length === 0) return;
    for (const [, each] of used) each.notedAt = now;
    await this.#database.query('UPDATE api_keys SET last_used_at = now() WHERE id = ANY($1)', [used.map(([id]) => id)]);
  }
}

function counts(proof: Proof, row: KeyRow): boolean {
  return row.usable && proof.proves(row);
}

function isStale(readAt: number): boolean {
  return performance.now() - readAt > staleMs;
}
