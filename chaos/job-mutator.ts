import { setTimeout as sleep } from 'node:timers/promises';
import { Background } from './background.ts';
import { type ChangeContext, change } from './changes.ts';
import type { ClientJob, SeenEvent } from './journal.ts';
import type { Random } from './random.ts';
import type { Watchers } from './watcher.ts';

export interface JobMutatorOptions extends ChangeContext {
  random: Random;
  watchers: Watchers<SeenEvent, ClientJob>;
  /** The storage key of a job's bytes, read from the database; null if it is unknown at the moment. */
  storageKeyOf(id: string): Promise<string | null>;
  /** Stops new actions when aborted. */
  until: AbortSignal;
}

/** Cancels some pending or running jobs, retries some failed ones, and deletes some final ones. */
export class JobMutator {
  readonly #options: JobMutatorOptions;
  readonly #background = new Background();

  constructor(options: JobMutatorOptions) {
    this.#options = options;
  }

  /** Decides what happens to a job besides its normal course. */
  start(job: ClientJob): void {
    this.#background.start(this.#mutate(job));
  }

  finished(): Promise<void> {
    return this.#background.finished();
  }

  async #mutate(job: ClientJob): Promise<void> {
    const { random, signal, until } = this.#options;
    const [cancels, retries, deletes] = [random.chance(0.15), random.chance(0.3), random.chance(0.12)];
    const delay = random.int(0, 3_000);
    if (cancels) {
      await sleep(delay, undefined, { signal });
      if (!until.aborted) await this.#cancel(job);
    }
    if (!retries && !deletes) return;
    let status = await this.#end(job);
    if (retries && (status === 'FAILED' || status === 'CANCELLED') && !until.aborted) {
      await this.#retry(job);
      status = await this.#end(job);
    }
    if (deletes && status !== null && !until.aborted) await this.#delete(job);
  }

  /** Waits until a watcher has seen the final status and returns it; null if that will not happen. */
  async #end(job: ClientJob): Promise<string | null> {
    const { until, signal } = this.#options;
    while (!until.aborted) {
      for (const view of job.views) if (view.end === 'final') return view.events.at(-1)?.status ?? null;
      await sleep(100, undefined, { signal });
    }
    return null;
  }

  async #cancel(job: ClientJob): Promise<void> {
    job.cancelled = 'sent';
    const refusals = ['JOB_FINAL', 'NOT_FOUND'];
    const outcome = await change(this.#options, { name: 'cancelJob', id: job.id, refusals });
    job.cancelled = outcome === 'refused' ? null : 'answered';
  }

  async #retry(job: ClientJob): Promise<void> {
    const before = job.cancelled;
    job.retried = 'sent';
    // A repeated request may find a job that it has already restarted, or that has completed since.
    const refusals = ['JOB_NOT_FINAL', 'JOB_FINAL', 'NOT_FOUND'];
    const { password } = job.intent.kind.options;
    await change(this.#options, { name: 'retryJob', id: job.id, refusals, password });
    job.retried = 'answered';
    if (before !== null) job.cancelled = null;
    this.#options.watchers.recall(job);
  }

  async #delete(job: ClientJob): Promise<void> {
    const { journal, storageKeyOf } = this.#options;
    const key = await storageKeyOf(job.id);
    job.deleted = 'sent';
    // In the archive, it cannot be deleted: NOT_FOUND does not mean that it is gone for good.
    const mayBeArchived = journal.archivedInBulk.delete(job.id);
    const outcome = await change(this.#options, { name: 'deleteJob', id: job.id, refusals: ['NOT_FOUND'] });
    if (outcome === 'done' || !mayBeArchived) job.deleted = 'answered';
    // If the request was repeated, the first deletion may have died before it removed the bytes.
    if (outcome === 'done' && key !== null) journal.deletedBytes.push({ id: job.id, key });
  }
}
