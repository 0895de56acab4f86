import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { untilKnown } from './api.ts';
import { Background } from './background.ts';
import { type ChangeContext, change, type Outcome } from './changes.ts';
import type { ClientBatch, SeenBatch } from './journal.ts';
import type { Random } from './random.ts';
import type { Watchers } from './watcher.ts';

export interface BatchMutatorOptions extends ChangeContext {
  random: Random;
  watchers: Watchers<SeenBatch, ClientBatch>;
  /** Waits until all requested changes to the jobs of a batch are done, by looking into the database. */
  changesDone(id: string): Promise<void>;
  /** Stops new actions when aborted. */
  until: AbortSignal;
}

const endedShape = z.object({
  batch: z.object({
    jobs: z.object({ nodes: z.array(z.object({ id: z.string(), status: z.string(), batchIndex: z.number() })) }),
  }),
});
const ended = `query ($id: ID!, $status: [JobStatus!]!) {
  batch(id: $id) { jobs(first: 100, filter: { status: $status }) { nodes { id status batchIndex } } }
}`;

/** Cancels some batches, retries some failed jobs during and after the batch, and deletes some jobs. */
export class BatchMutator {
  readonly #options: BatchMutatorOptions;
  readonly #background = new Background();

  constructor(options: BatchMutatorOptions) {
    this.#options = options;
  }

  /** Decides what happens to a batch besides its normal course. */
  start(batch: ClientBatch): void {
    this.#background.start(this.#mutate(batch));
  }

  finished(): Promise<void> {
    return this.#background.finished();
  }

  async #mutate(batch: ClientBatch): Promise<void> {
    const { random, signal } = this.#options;
    const meanwhile = [0.4, 0.25, 0.2].map((probability) => random.chance(probability));
    const afterwards = [0.5, 0.3, 0.4].map((probability) => random.chance(probability));
    const [deletesEarly, retriesEarly, cancels] = meanwhile;
    const [retries, revives, deletes] = afterwards;
    await sleep(random.int(500, 6_000), undefined, { signal });
    if (deletesEarly) await this.#deleteSome(batch);
    if (retriesEarly) await this.#retry(batch);
    if (cancels) await this.#cancel(batch);
    if (retries && (await this.#ended(batch))) await this.#retry(batch);
    if (revives && (await this.#ended(batch))) await this.#retryOne(batch);
    if (deletes && (await this.#ended(batch))) await this.#deleteSome(batch);
  }

  /** Waits until a watcher has seen the end; returns false if no new action may start. */
  async #ended(batch: ClientBatch): Promise<boolean> {
    const { until, signal } = this.#options;
    while (!until.aborted) {
      if (batch.views.some(({ end }) => end === 'final')) return true;
      await sleep(100, undefined, { signal });
    }
    return false;
  }

  async #cancel(batch: ClientBatch): Promise<void> {
    if (this.#options.until.aborted) return;
    batch.cancelled = 'sent';
    const outcome = await change(this.#options, { name: 'cancelBatch', id: batch.id, refusals: ['BATCH_FINAL'] });
    batch.cancelled = outcome === 'refused' ? null : 'answered';
  }

  async #retry(batch: ClientBatch): Promise<void> {
    await this.#recordRetry(batch, () => change(this.#options, { name: 'retryBatch', id: batch.id, refusals: [] }));
  }

  async #retryOne(batch: ClientBatch): Promise<void> {
    const [job] = this.#options.random.shuffle(await this.#jobs(batch, ['FAILED', 'CANCELLED']));
    if (job === undefined) return;
    const { password } = batch.intent.kinds[job.batchIndex]?.options ?? {};
    const refusals = ['JOB_NOT_FINAL', 'JOB_FINAL'];
    await this.#recordRetry(batch, () => change(this.#options, { name: 'retryJob', id: job.id, password, refusals }));
  }

  async #recordRetry(batch: ClientBatch, request: () => Promise<Outcome>): Promise<void> {
    const { until, watchers, changesDone } = this.#options;
    if (until.aborted) return;
    const retry = { from: Date.now(), to: Number.POSITIVE_INFINITY };
    batch.retries.push(retry);
    // A request without a response may still take effect, whenever its server wakes up.
    const outcome = await request();
    watchers.recall(batch);
    await changesDone(batch.id);
    if (outcome !== 'repeated') retry.to = Date.now();
  }

  async #deleteSome(batch: ClientBatch): Promise<void> {
    const { random, until } = this.#options;
    const jobs = random.shuffle(await this.#jobs(batch, ['COMPLETED', 'FAILED', 'CANCELLED']));
    for (const { id, status } of jobs.slice(0, random.int(1, 3))) {
      if (until.aborted) return;
      const deletion = { status, answered: false };
      batch.deleted.set(id, deletion);
      const refusals = batch.retries.length === 0 ? ['NOT_FOUND'] : ['NOT_FOUND', 'JOB_NOT_FINAL'];
      deletion.answered = (await change(this.#options, { name: 'deleteJob', id, refusals })) !== 'refused';
    }
  }

  async #jobs({ id }: ClientBatch, status: string[]) {
    const { account, journal, until, signal } = this.#options;
    if (until.aborted) return [];
    const onRetry = () => journal.count('queries without an answer');
    const { batch } = await untilKnown(() => account.api.ask(ended, { id, status }, endedShape), { signal, onRetry });
    return batch.jobs.nodes;
  }
}
