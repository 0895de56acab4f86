import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import { occasionally } from '../ops/occasionally.ts';
import { areKeysRequired } from './keys.ts';
import type { Proof } from './proof.ts';
import type { Scope } from './scopes.ts';
import { type KeyRow, readKeys } from './sql/read-keys.ts';

/** Interval between two reads of the keys in use, in milliseconds. A revoked key ends within twice this time. */
const rereadMs = 2_000;
/** Keys unused for this time leave the ring, in milliseconds. */
const idleMs = 30_000;
/** Age at which a row is no longer trusted, in milliseconds: while the database is away, keys cannot be checked. */
const staleMs = 5_000;
/** Least time between two writes of a key's last use, in milliseconds. */
const lastUsedMs = 60_000;
/** Least time between two warnings about a database that cannot be read, in milliseconds. */
const warnMs = 60_000;

/** The holder of a valid key. */
export interface KeyHolder {
  proof: Proof;
  tenantId: string;
  scopes: ReadonlySet<Scope>;
}

interface Known {
  row: KeyRow;
  scopes: ReadonlySet<Scope>;
  readAt: number;
  usedAt: number;
  /** When its last use was written. */
  notedAt: number;
}

interface Watcher {
  /** Null for a caller without a key. */
  proof: Proof | null;
  end: () => void;
}

/**
 * The keys that clients of this process use. All are read again every two seconds, so a revocation takes effect soon in
 * every process, also on open connections. The clock of the database decides what has expired.
 */
export class KeyRing implements AsyncDisposable {
  readonly #database: Database;
  readonly #alwaysRequired: boolean;
  readonly #known = new Map<string, Known>();
  /** Open connections by the id of their key; null stands for connections without a key. */
  readonly #watchers = new Map<string | null, Set<Watcher>>();
  readonly #reading = new Map<string, Promise<Known | null>>();
  readonly #timer: NodeJS.Timeout;
  #required: { value: boolean; readAt: number } | null = null;
  #rereading: Promise<void> = Promise.resolve();

  /** `required`: callers without a key are refused, even if no key exists yet. */
  constructor({ database, required, logger }: { database: Database; required: boolean; logger: Logger }) {
    this.#database = database;
    this.#alwaysRequired = required;
    const mayWarn = occasionally(warnMs);
    let busy = false;
    this.#timer = setInterval(() => {
      if (busy) return;
      busy = true;
      this.#rereading = this.#reread()
        .catch((error) => {
          if (mayWarn('reread'))
            logger.warn({ err: error }, 'API keys cannot be read: none is accepted until they can');
        })
        .finally(() => {
          busy = false;
        });
    }, rereadMs);
  }

  /** Whether callers without a key are refused. */
  async isRequired(): Promise<boolean> {
    if (this.#alwaysRequired) return true;
    if (this.#required === null || isStale(this.#required.readAt)) await this.#readRequired();
    return this.#required?.value ?? true;
  }

  /** The holder of this key if it was used here a moment ago; null also for a key that has to be looked up. */
  findKnown(proof: Proof): KeyHolder | null {
    const known = this.#known.get(proof.keyId);
    return known === undefined || isStale(known.readAt) ? null : holderOf(proof, known);
  }

  /** The holder of this key; null if the key is unknown, forged, revoked or expired. */
  async find(proof: Proof): Promise<KeyHolder | null> {
    const known = await this.#read(proof.keyId);
    return known === null ? null : holderOf(proof, known);
  }

  /**
   * Calls back when an open connection must end: its key was revoked, replaced by a rotation or has expired; or it has no
   * key, and keys are required now.
   */
  whenEnded(holder: KeyHolder | null, end: () => void): Disposable {
    const proof = holder?.proof ?? null;
    const id = proof?.keyId ?? null;
    const watcher: Watcher = { proof, end };
    const watchers = this.#watchers.get(id) ?? new Set();
    this.#watchers.set(id, watchers.add(watcher));
    return {
      [Symbol.dispose]: () => {
        watchers.delete(watcher);
        if (watchers.size === 0 && this.#watchers.get(id) === watchers) this.#watchers.delete(id);
      },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#rereading;
  }

  /** Reads one key; requests that need it at the same time share one statement. */
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
    const { usedAt = readAt, notedAt = Number.NEGATIVE_INFINITY } = before ?? {};
    const known = { row, scopes: new Set(row.scopes), readAt, usedAt, notedAt };
    this.#known.set(row.id, known);
    return known;
  }

  async #readRequired(): Promise<void> {
    this.#required = { value: await areKeysRequired(this.#database), readAt: performance.now() };
  }

  async #reread(): Promise<void> {
    const now = performance.now();
    for (const [id, { usedAt }] of this.#known) {
      if (now - usedAt > idleMs && !this.#watchers.has(id)) this.#known.delete(id);
    }
    await this.#readRequired();
    if (this.#alwaysRequired || this.#required?.value) this.#end(null, () => true);
    const ids = [...this.#known.keys()];
    if (ids.length === 0) return;
    const rows = new Map((await readKeys(this.#database, ids)).map((row) => [row.id, row]));
    for (const id of ids) {
      const row = rows.get(id);
      if (row === undefined) this.#known.delete(id);
      else this.#remember(row, performance.now());
      this.#end(id, ({ proof }) => row === undefined || proof === null || !counts(proof, row));
    }
    await this.#noteUse(now);
  }

  #end(id: string | null, isOver: (watcher: Watcher) => boolean): void {
    for (const watcher of this.#watchers.get(id) ?? []) if (isOver(watcher)) watcher.end();
  }

  async #noteUse(now: number): Promise<void> {
    const used = [...this.#known].filter(([, each]) => each.usedAt > each.notedAt && now - each.notedAt > lastUsedMs);
    if (used.length === 0) return;
    for (const [, each] of used) each.notedAt = now;
    await this.#database.query('UPDATE api_keys SET last_used_at = now() WHERE id = ANY($1)', [used.map(([id]) => id)]);
  }
}

/** Null if the secret is wrong, or the key does not count. */
function holderOf(proof: Proof, known: Known): KeyHolder | null {
  if (!counts(proof, known.row)) return null;
  known.usedAt = performance.now();
  return { proof, tenantId: known.row.tenantId, scopes: known.scopes };
}

function counts(proof: Proof, row: KeyRow): boolean {
  return row.usable && proof.proves(row);
}

function isStale(readAt: number): boolean {
  return performance.now() - readAt > staleMs;
}
