import type { Database } from '../connections/database.ts';
import { createBucketsInMemory } from '../connections/token-buckets.ts';
import type { Logger } from '../ops/logger.ts';
import { occasionally } from '../ops/occasionally.ts';
import type { AuditEntry } from './entry.ts';
import { insertEntries } from './sql/audit-log.ts';

/** Interval between two writes of entries that no request waits for, in milliseconds. */
const flushMs = 200;
/** Maximum entries per statement. */
const batch = 500;
/** Entries that are kept in memory while the database is unreachable. Further ones are lost. */
const maxPending = 10_000;
/** Maximum refusals among them, so that they leave room for changes. */
const maxPendingRefusals = maxPending / 2;
/** Maximum refusals of one sender that are recorded per minute. Further ones say nothing new. */
const refusalsPerMinute = 20;
/** Minimum time between two warnings, in milliseconds. */
const warnMs = 10_000;

/** Writes entries of the audit log. */
export interface AuditRecorder extends AsyncDisposable {
  /** Adds an entry, which is written soon. Returns at once. */
  add(entry: AuditEntry): void;
  /** Adds an entry of a refused operation, unless too many were refused for this sender lately. */
  addRefusal(entry: AuditEntry, sender: string): void;
  /** Resolves once all entries so far are written, or cannot be for now; then they are tried again. Never fails. */
  flush(): Promise<void>;
}

export function createAuditRecorder({ database, logger }: { database: Database; logger: Logger }): AuditRecorder {
  const mayWarn = occasionally(warnMs);
  let pending: AuditEntry[] = [];
  let writing: Promise<void> = Promise.resolve();
  /** The write that begins after the current one, and includes all entries so far. */
  let next: Promise<void> | null = null;
  const refusals = createBucketsInMemory();

  async function write(): Promise<void> {
    while (pending.length > 0) {
      const entries = pending.slice(0, batch);
      try {
        await database.query(insertEntries, [JSON.stringify(entries)]);
      } catch (error) {
        if (mayWarn('write')) logger.warn({ err: error }, 'the audit log cannot be written; trying again');
        return;
      }
      const written = new Set(entries);
      pending = pending.filter((entry) => !written.has(entry));
    }
  }

  /** One statement at a time, so that entries are written once and in order. */
  function flush(): Promise<void> {
    if (next !== null) return next;
    next = writing.then(() => {
      next = null;
      return write();
    });
    writing = next;
    return next;
  }

  function add(entry: AuditEntry, limit = maxPending): void {
    if (pending.length < limit) pending.push(entry);
    else if (mayWarn('lost'))
      logger.error({ entry }, 'entries of the audit log are lost, because it cannot be written');
  }

  const timer = setInterval(() => {
    if (pending.length > 0) void flush();
  }, flushMs);
  timer.unref();
  return {
    add,
    addRefusal(entry, sender) {
      const [bucket] = refusals.take([{ name: sender, perMinute: refusalsPerMinute }], performance.now());
      if (bucket?.waitMs === 0) add(entry, maxPendingRefusals);
    },
    flush,
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      await flush();
    },
  };
}
