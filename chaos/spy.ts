import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { GraphQLRequestError } from '../src/client/errors.ts';
import type { Account } from './account.ts';
import { RefusedError, temporaryCodes, UnknownOutcomeError } from './api.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';
import { subscribeByEvents } from './server-sent-events.ts';

export interface SpyOptions {
  /** The tenant whose key the spy has. */
  account: Account;
  /** The tenant whose ids it knows. */
  victim: Account;
  journal: Journal;
  random: Random;
  until: AbortSignal;
  signal: AbortSignal;
}

const promise = 'no tenant reaches the rows of another';

const lists = z.object({ nodes: z.array(z.object({ id: z.string() })) });
const readShape = z.object({
  job: z.unknown(),
  batch: z.unknown(),
  node: z.unknown(),
  jobs: lists,
  batches: lists,
  searchPages: z.object({ nodes: z.array(z.object({ job: z.object({ id: z.string() }) })) }),
});
const read = `query ($job: ID!, $batch: ID!) {
  job(id: $job) { id } batch(id: $batch) { id } node(id: $job) { id }
  jobs(first: 50) { nodes { id } } batches(first: 20) { nodes { id } }
  searchPages(query: "page", first: 10) { nodes { job { id } } }
}`;

const anything = z.record(z.string(), z.unknown());
const mutations = [
  'mutation ($job: ID!, $batch: ID!) { cancelJob(id: $job) { job { id } } other: cancelBatch(id: $batch) { batch { id } } }',
  'mutation ($job: ID!) { retryJob(id: $job) { job { id } } }',
  'mutation ($job: ID!) { deleteJob(id: $job) { deletedId } }',
  'mutation ($batch: ID!) { cancelBatch(id: $batch) { batch { id } } }',
  'mutation ($batch: ID!) { retryBatch(id: $batch) { batch { id } } }',
  'mutation ($job: ID!) { createJob(input: { source: { job: $job } }) { job { id } } }',
  'mutation ($job: ID!) { createWatchToken(input: { job: $job }) { token } }',
];
const progress = 'subscription ($job: ID!) { jobProgress(id: $job) { cursor } }';

/** Uses the key of one tenant with the ids of another in every way, while everything breaks. Nothing may succeed. */
export async function runSpy(options: SpyOptions): Promise<void> {
  const { victim, journal, random, until, signal } = options;
  while (!until.aborted) {
    await sleep(random.int(100, 600), undefined, { signal });
    const [job] = random.shuffle(journal.jobsOf(victim.name));
    const [batch] = random.shuffle(journal.batchesOf(victim.name));
    if (job === undefined || batch === undefined) continue;
    const ids = { job: job.id, batch: batch.id };
    try {
      await random.pick([readAll, mutate, watch])(options, ids);
    } catch (error) {
      signal.throwIfAborted();
      // The job of a found page was deleted before it was read.
      const isGone = error instanceof RefusedError && error.code === 'NOT_FOUND';
      if (!isGone && !(error instanceof UnknownOutcomeError)) throw error;
      journal.count('questions of spies without an answer');
    }
  }
}

interface Ids {
  job: string;
  batch: string;
}

async function readAll({ account, journal }: SpyOptions, ids: Ids): Promise<void> {
  const { job, batch, node, jobs, batches, searchPages } = await account.api.ask(read, { ...ids }, readShape);
  for (const found of [job, batch, node]) if (found !== null) journal.breach(promise, 'it was read by id', ids.job);
  const pages = searchPages.nodes.map(({ job }) => job);
  journal.see(
    account.name,
    [...jobs.nodes, ...batches.nodes, ...pages].map(({ id }) => id),
  );
  journal.count('questions of spies answered');
}

async function mutate({ account, journal, random }: SpyOptions, ids: Ids): Promise<void> {
  const mutation = random.pick(mutations);
  try {
    await account.api.ask(mutation, { ...ids }, anything);
    journal.breach(promise, `it was changed by ${mutation}`, ids.job);
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    refused(journal, error.code, ids);
  }
}

async function watch({ account, journal, random, signal }: SpyOptions, ids: Ids): Promise<void> {
  const subscription = { apiKey: account.key.secret, query: progress, variables: { job: ids.job }, shape: anything };
  try {
    for await (const _ of subscribeByEvents(random.pick(account.api.urls), subscription, signal)) {
      journal.breach(promise, 'its progress was seen', ids.job);
      return;
    }
  } catch (error) {
    if (!(error instanceof GraphQLRequestError)) throw new UnknownOutcomeError('the stream broke', { cause: error });
    refused(journal, error.code, ids);
  }
}

/** Records a refusal, which must not tell whether the object exists. */
function refused(journal: Journal, code: string, ids: Ids): void {
  const isTemporary = [...temporaryCodes, 'UNAUTHENTICATED'].includes(code);
  journal.count(`questions of spies ${isTemporary ? 'without an answer' : 'refused'}`);
  if (!isTemporary && code !== 'NOT_FOUND') journal.breach(promise, `a stranger got ${code}`, ids.job);
}
