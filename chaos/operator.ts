import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Accounts } from './account.ts';
import { RefusedError, untilKnown } from './api.ts';
import type { ClientJob, Journal } from './journal.ts';
import type { Random } from './random.ts';

export interface OperatorOptions {
  accounts: Accounts;
  journal: Journal;
  random: Random;
  /** Stops new actions when aborted. */
  until: AbortSignal;
  signal: AbortSignal;
}

const changes = ['retryJobs', 'cancelJobs', 'deleteJobs', 'archiveJobs', 'setPriority'] as const;
type BulkChange = (typeof changes)[number];

const anything = z.record(z.string(), z.unknown());
const workersShape = z.object({ workers: z.array(z.object({ id: z.string(), status: z.string() })) });
const archivedShape = z.object({ archivedJobs: z.object({ nodes: z.array(z.object({ jobId: z.string() })) }) });
const runningShape = z.object({ bulkOperations: z.object({ nodes: z.array(z.object({ status: z.string() })) }) });
const operationShape = z.record(z.string(), z.object({ operation: z.object({ id: z.string() }) }));

/** What an operator does to the queue, the workers and many jobs at once. Everything is undone at the end. */
export async function runOperator(options: OperatorOptions): Promise<void> {
  const { random, until, signal } = options;
  const operator = new Operator(options);
  while (!until.aborted) {
    await sleep(random.int(200, 2_000), undefined, { signal });
    const act = random.pick([operator.pause, operator.drain, operator.change, operator.change, operator.restore]);
    await act();
  }
  await operator.undoAll();
}

class Operator {
  readonly #options: OperatorOptions;

  constructor(options: OperatorOptions) {
    this.#options = options;
  }

  /** Pauses the queue of all tenants or of one for a while. */
  readonly pause = async (): Promise<void> => {
    const { accounts, random, signal } = this.#options;
    const tenant = random.pick([null, ...accounts.tenants.map((account) => account.tenant ?? null)]);
    await this.#ask('pauseQueue', { tenant });
    await sleep(random.int(0, 3_000), undefined, { signal });
    await this.#ask('resumeQueue', { tenant });
  };

  /** Drains a worker for a while. */
  readonly drain = async (): Promise<void> => {
    const { random, signal } = this.#options;
    const ids = await this.#workers();
    if (ids.length === 0) return;
    const id = random.pick(ids);
    await this.#ask('drainWorker', { id, undo: false });
    await sleep(random.int(0, 3_000), undefined, { signal });
    await this.#ask('drainWorker', { id, undo: true });
  };

  /** Starts an operation on some jobs of all tenants, whatever happens to them at the moment. */
  readonly change = async (): Promise<void> => {
    const { journal, random, accounts } = this.#options;
    const jobs = random.shuffle([...journal.jobs.values()]).slice(0, random.int(1, 6));
    if (jobs.length === 0) return;
    const name = random.pick(changes);
    for (const job of jobs) note(journal, name, job);
    const input = {
      filter: { jobs: jobs.map(({ id }) => id) },
      expectedCount: jobs.length,
      ...(name === 'setPriority' ? { priority: random.int(0, 9) } : {}),
    };
    const type = name === 'setPriority' ? 'SetPriorityInput' : 'BulkInput';
    const mutation = `mutation ($input: ${type}!) { ${name}(input: $input) { operation { id } } }`;
    const answer = await this.#known(name, () => accounts.operator.api.ask(mutation, { input }, operationShape));
    const target = answer?.[name]?.operation.id;
    if (target !== undefined) journal.answered.push({ action: name, target });
  };

  /** Restores some archived jobs. */
  readonly restore = async (): Promise<void> => {
    const { random } = this.#options;
    const ids = await this.#archived();
    for (const id of random.shuffle(ids).slice(0, random.int(1, 4))) await this.#ask('restoreJob', { id });
  };

  /** Resumes every queue and every worker, and restores every archived job once no operation can archive another. */
  async undoAll(): Promise<void> {
    const { accounts } = this.#options;
    for (const tenant of [null, ...accounts.tenants.map((account) => account.tenant ?? null)])
      await this.#ask('resumeQueue', { tenant });
    for (const id of await this.#workers()) await this.#ask('drainWorker', { id, undo: true });
    while (await this.#isChanging()) await sleep(500, undefined, { signal: this.#options.signal });
    for (let ids = await this.#archived(); ids.length > 0; ids = await this.#archived())
      for (const id of ids) await this.#ask('restoreJob', { id });
  }

  /** Whether a change of many jobs still runs. */
  async #isChanging(): Promise<boolean> {
    const { api } = this.#options.accounts.operator;
    const query = '{ bulkOperations(first: 100) { nodes { status } } }';
    const answer = await this.#known('bulkOperations', () => api.ask(query, {}, runningShape));
    return (answer?.bulkOperations.nodes ?? []).some(({ status }) => status === 'RUNNING');
  }

  async #archived(): Promise<string[]> {
    const { api } = this.#options.accounts.operator;
    const query = '{ archivedJobs(first: 100) { nodes { jobId } } }';
    const answer = await this.#known('archivedJobs', () => api.ask(query, {}, archivedShape));
    return (answer?.archivedJobs.nodes ?? []).map(({ jobId }) => jobId);
  }

  async #workers(): Promise<string[]> {
    const { api } = this.#options.accounts.operator;
    const answer = await this.#known('workers', () => api.ask('{ workers { id status } }', {}, workersShape));
    return (answer?.workers ?? []).filter(({ status }) => status !== 'SILENT').map(({ id }) => id);
  }

  async #ask(
    name: keyof typeof mutations,
    variables: { id?: string; tenant?: string | null; undo?: boolean },
  ): Promise<void> {
    const { accounts, journal } = this.#options;
    const answer = await this.#known(name, () => accounts.operator.api.ask(mutations[name], variables, anything));
    const target = variables.id ?? variables.tenant;
    if (answer !== null && target != null) journal.answered.push({ action: name, target });
  }

  /** Repeats a request until its outcome is known; returns null if it was refused as it may be. */
  async #known<T>(name: string, task: () => Promise<T>): Promise<T | null> {
    const { journal, signal } = this.#options;
    try {
      const answer = await untilKnown(task, { signal, onRetry: () => journal.count(`${name} without an answer`) });
      journal.count(`${name} answered`);
      return answer;
    } catch (error) {
      if (!(error instanceof RefusedError)) throw error;
      if (!acceptable[name]?.includes(error.code))
        journal.breach('requests fail with a clear error', `${name} was refused: ${error.message}`);
      journal.count(`${name} refused`);
      return null;
    }
  }
}

/** Refusals that are no breach: of a worker that has left, and of a job that is being restored, or was deleted since. */
const acceptable: Record<string, string[] | undefined> = {
  drainWorker: ['NOT_FOUND'],
  restoreJob: ['NOT_FOUND', 'RESTORE_IN_PROGRESS'],
};

const mutations = {
  pauseQueue: 'mutation ($tenant: ID) { pauseQueue(tenant: $tenant) { paused } }',
  resumeQueue: 'mutation ($tenant: ID) { resumeQueue(tenant: $tenant) { paused } }',
  restoreJob: 'mutation ($id: ID!) { restoreJob(id: $id) { jobId } }',
  drainWorker: 'mutation ($id: ID!, $undo: Boolean) { drainWorker(id: $id, undo: $undo) { worker { id } } }',
};

/** Records what may happen to a job, so that the checks do not call it a breach. */
function note(journal: Journal, name: BulkChange, job: ClientJob): void {
  if (name === 'retryJobs') {
    job.retried = 'sent';
    journal.retriedInBulk.add(job.id);
  }
  if (name === 'archiveJobs') {
    // For clients it is gone, until it is restored. A job that may have been deleted need not come back.
    if (job.deleted === null) journal.archivedInBulk.add(job.id);
    job.deleted ??= 'sent';
    journal.count('jobs of archiveJobs');
  }
  if (name === 'deleteJobs') {
    journal.archivedInBulk.delete(job.id);
    job.deleted ??= 'sent';
    journal.count('jobs of deleteJobs');
  }
}
