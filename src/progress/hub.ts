import type { Redis } from '../connections/redis.ts';
import type { Logger } from '../ops/logger.ts';
import { Channels } from './channels.ts';
import { jobChannel, tenantPattern } from './publish.ts';
import type { Cursor, ProgressState } from './state.ts';
import { Watcher } from './watcher.ts';

export interface HubOptions {
  /** A connection for nothing else. */
  redis: Redis;
  prefix: string;
  /** The current states of these jobs from PostgreSQL; those that are gone are left out. */
  readStates: (jobIds: string[]) => Promise<ProgressState[]>;
  logger: Logger;
  /** How often watched jobs are re-read, in milliseconds. */
  rereadEveryMs?: number;
}

export interface Hub extends AsyncDisposable {
  /** The current state if it is newer than `after`, then newer ones as they come; ends after the final one. */
  watchJob(tenantId: string, jobId: string, after: Cursor | null): AsyncIterableIterator<ProgressState>;
  /** Everything that happens to a tenant's jobs once this has resolved, if it is accepted; no snapshot, no end. */
  watchTenant(
    tenantId: string,
    accepts?: (state: ProgressState) => boolean,
  ): Promise<AsyncIterableIterator<ProgressState>>;
  /** Channels that somebody watches. */
  readonly watched: number;
}

/**
 * What all subscribers of this process share: one Redis subscription a job, however many watch it.
 *
 * Why nobody misses the end: a watcher joins its channel *before* the snapshot is read, so what happens between the two
 * reaches it by Redis; and every watched job is re-read from PostgreSQL every two seconds, so a publish that was lost
 * (Redis down, a crash between commit and publish, a reconnect) is made up for. Each watcher takes only what is newer
 * than what it has, so these sources may overlap in any order.
 */
export function createHub({ redis, prefix, readStates, logger, rereadEveryMs = 2_000 }: HubOptions): Hub {
  const channels = new Channels(redis);
  /** Who watches which job. */
  const jobs = new Map<string, Set<Watcher>>();
  let rereading = false;

  async function read(jobIds: string[]): Promise<void> {
    const gone = new Set(jobIds);
    for (const state of await readStates(jobIds)) {
      gone.delete(state.jobId);
      for (const watcher of [...(jobs.get(state.jobId) ?? [])]) watcher.push(state);
    }
    for (const jobId of gone) for (const watcher of [...(jobs.get(jobId) ?? [])]) watcher.end();
  }

  async function reread(): Promise<void> {
    if (rereading || jobs.size === 0) return;
    rereading = true;
    try {
      await read([...jobs.keys()]);
    } catch (error) {
      logger.warn({ err: error }, 'watched jobs could not be re-read; trying again');
    } finally {
      rereading = false;
    }
  }

  const timer = setInterval(() => void reread(), rereadEveryMs);
  const onReady = () => {
    channels.resubscribe();
    void reread();
  };
  redis.on('ready', onReady);

  return {
    watchJob(tenantId, jobId, after) {
      const name = jobChannel(prefix, tenantId, jobId);
      const watcher = new Watcher({
        seen: new Map(after === null ? [] : [[jobId, after]]),
        endsWithJob: true,
        release(self) {
          channels.leave(name, self);
          if (watchers.delete(self) && watchers.size === 0) jobs.delete(jobId);
        },
      });
      const watchers = jobs.get(jobId) ?? new Set();
      jobs.set(jobId, watchers.add(watcher));
      channels
        .join(name, watcher)
        .then(() => read([jobId]))
        // Not the end: the next re-reading tries again.
        .catch((error) => logger.warn({ err: error }, 'a snapshot could not be read; trying again'));
      return watcher;
    },
    async watchTenant(tenantId, accepts) {
      const name = tenantPattern(prefix, tenantId);
      const watcher = new Watcher({ accepts, endsWithJob: false, release: (self) => channels.leave(name, self) });
      // There is no snapshot that would make up for what happened before Redis confirmed.
      await channels.join(name, watcher);
      return watcher;
    },
    get watched() {
      return channels.names().length;
    },
    async [Symbol.asyncDispose]() {
      clearInterval(timer);
      redis.off('ready', onReady);
      for (const name of channels.names()) for (const watcher of channels.watchers(name)) watcher.end();
    },
  };
}
