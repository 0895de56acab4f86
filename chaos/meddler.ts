import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Api, RefusedError, UnknownOutcomeError, untilKnown } from './api.ts';
import type { ClientJob, Journal } from './journal.ts';
import type { Random } from './random.ts';
import type { Watchers } from './watcher.ts';

export interface MeddlerOptions {
  api: Api;
  journal: Journal;
  random: Random;
  watchers: Watchers;
  /** Where the bytes of a job are, from behind the scenes; null if that cannot be told just now. */
  storageKeyOf(job: ClientJob): Promise<string | null>;
  /** Nothing new is begun after this. */
  until: AbortSignal;
  signal: AbortSignal;
}

const anything = z.record(z.string(), z.unknown());
const cancelJob = 'mutation ($id: ID!) { cancelJob(id: $id) { job { id } } }';
const deleteJob = 'mutation ($id: ID!) { deleteJob(id: $id) { deletedId } }';
const retryJob = 'mutation ($id: ID!, $password: String) { retryJob(id: $id, password: $password) { job { id } } }';

/** Cancels some jobs while they wait or run, runs some again that have failed, and deletes some that have ended. */
export class Meddler {
  readonly #options: MeddlerOptions;
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];

  constructor(options: MeddlerOptions) {
    this.#options = options;
  }

  /** Decides what shall happen to a job besides its being done. */
  meet(job: ClientJob): void {
    const meddling = this.#meddle(job)
      .catch((error: unknown) => this.#failures.push(error))
      .then(() => void this.#running.delete(meddling));
    this.#running.add(meddling);
  }

  async finished(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failures.length > 0) throw this.#failures[0];
  }

  async #meddle(job: ClientJob): Promise<void> {
    const { random, signal, until } = this.#options;
    const [cancels, retries, deletes] = [random.chance(0.15), random.chance(0.3), random.chance(0.12)];
    const patience = random.int(0, 3_000);
    if (cancels) {
      await sleep(patience, undefined, { signal });
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

  /** The final status that a watcher has seen, as soon as one has; null if that is no more to come. */
  async #end(job: ClientJob): Promise<string | null> {
    const { until, signal } = this.#options;
    while (!until.aborted) {
      for (const view of job.views) if (view.end === 'final') return view.events.at(-1)?.status ?? null;
      await sleep(100, undefined, { signal });
    }
    return null;
  }

  async #cancel(job: ClientJob): Promise<void> {
    job.cancelled = 'asked';
    const outcome = await this.#change('cancelJob', cancelJob, job, ['JOB_FINAL', 'NOT_FOUND']);
    job.cancelled = outcome === 'refused' ? null : 'answered';
  }

  async #retry(job: ClientJob): Promise<void> {
    const before = job.cancelled;
    job.retried = 'asked';
    // A repetition of what has been done already meets a job that is not final, or is completed.
    const refusals = ['JOB_NOT_FINAL', 'JOB_FINAL', 'NOT_FOUND'];
    await this.#change('retryJob', retryJob, job, refusals, { password: job.intent.kind.options.password });
    job.retried = 'answered';
    if (before !== null) job.cancelled = null;
    for (const view of job.views) if (view.end === 'final') this.#options.watchers.watch(job, view);
  }

  async #delete(job: ClientJob): Promise<void> {
    const { journal, storageKeyOf } = this.#options;
    const key = await storageKeyOf(job);
    job.deleted = 'asked';
    const outcome = await this.#change('deleteJob', deleteJob, job, ['NOT_FOUND']);
    job.deleted = 'answered';
    // Who had to ask twice was not answered by the one who deleted it: that one may have died before it removed the bytes.
    if (outcome === 'done' && key !== null) journal.deletedBytes.push({ id: job.id, key });
  }

  /** Asks until the outcome is known. `done`: the very first request was answered. */
  async #change(
    name: string,
    mutation: string,
    job: ClientJob,
    refusals: readonly string[],
    more: Record<string, unknown> = {},
  ): Promise<'done' | 'repeated' | 'refused'> {
    const { api, journal, signal } = this.#options;
    let unknown = 0;
    const onRetry = () => {
      unknown += 1;
      journal.count(`${name} without an answer`);
    };
    try {
      await untilKnown(() => api.ask(mutation, { id: job.id, ...more }, anything), { signal, onRetry });
      journal.count(`${name} answered`);
      return unknown === 0 ? 'done' : 'repeated';
    } catch (error) {
      if (error instanceof UnknownOutcomeError || !(error instanceof RefusedError)) throw error;
      if (!refusals.includes(error.code)) {
        journal.breach('requests fail with a clear error', `${name} was refused: ${error.message}`, job.id);
      }
      journal.count(`${name} refused`);
      return 'refused';
    }
  }
}
