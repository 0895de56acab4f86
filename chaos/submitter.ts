import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RefusedError, UnknownOutcomeError, untilKnown } from './api.ts';
import { type DocumentKind, pickDocument } from './documents.ts';
import type { ClientJob, Intent, Journal } from './journal.ts';
import type { Receiver } from './receiver.ts';
import { makeSource, type Source, type SourceContext } from './sources.ts';

export interface SubmitterOptions extends SourceContext {
  receiver: Receiver;
  kinds: readonly DocumentKind[];
  /** The number of jobs that are not final. */
  backlog(): number;
  onJob(job: ClientJob): void;
  /** Ends the stream of new jobs. */
  until: AbortSignal;
}

/** The backlog at which submitters pause. */
const maxBacklog = 24;

const createJobShape = z.object({ createJob: z.object({ job: z.object({ id: z.string() }) }) });
const createJob = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
/** Submits one document after another until `until` aborts, then finishes the one it has started. */
export async function runSubmitter(options: SubmitterOptions): Promise<void> {
  const { journal, random, until, signal } = options;
  while (!until.aborted) {
    if (options.backlog() < maxBacklog) await submitOne(options, journal.intents.length);
    await sleep(random.int(50, 600), undefined, { signal });
  }
}

async function submitOne(options: SubmitterOptions, number: number): Promise<void> {
  const { journal, random, kinds } = options;
  const kind = pickDocument(random, kinds);
  const { name: tenant } = options.account;
  const intent: Intent = {
    tenant,
    name: `${tenant}: ${kind.name} #${number}`,
    kind,
    // Without a key, a request must not be repeated.
    key: random.chance(0.85) ? `key ${journal.intents.filter((each) => each.tenant === tenant).length}` : null,
    maxRetries: 20,
    webhook: number % 4 !== 0,
    unknown: 0,
    answers: new Set(),
  };
  journal.intents.push(intent);
  const input = await makeInput(options, intent, number);
  if (input === null) return;
  const copies = intent.key !== null && random.chance(0.25) ? random.int(2, 3) : 1;
  await Promise.all(Array.from({ length: copies }, () => submitCopy(options, intent, input)));
}

async function submitCopy(options: SubmitterOptions, intent: Intent, input: Input): Promise<void> {
  const { account, journal, signal } = options;
  const send = () => account.api.ask(createJob, { input }, createJobShape);
  const onRetry = () => {
    intent.unknown += 1;
    journal.count('createJob without an answer');
  };
  try {
    const answer = await (intent.key === null ? send() : untilKnown(send, { signal, onRetry }));
    journal.count('createJob answered');
    const { id } = answer.createJob.job;
    const job = journal.acknowledge(intent, id);
    if (job !== null) options.onJob(job);
  } catch (error) {
    if (error instanceof UnknownOutcomeError) {
      onRetry();
    } else if (error instanceof RefusedError && error.code === 'IDEMPOTENCY_CONFLICT' && wasDeleted(journal, intent)) {
      journal.count('createJob refused because its job was deleted');
    } else if (error instanceof RefusedError && error.code === 'NOT_FOUND' && wasOfDeleted(journal, input)) {
      journal.count('createJob refused because the job of its document was deleted');
    } else if (error instanceof RefusedError) {
      journal.breach('requests fail with a clear error', `createJob of "${intent.name}" was refused: ${error.message}`);
    } else {
      throw error;
    }
  }
}

/** Whether the job was deleted: a late copy of a request may find that. */
function wasDeleted(journal: Journal, intent: Intent): boolean {
  return [...intent.answers].some((id) => journal.jobs.get(id)?.deleted != null);
}

interface Input {
  source: Source;
}

/** Whether the job that is the source was deleted, and its document with it. */
function wasOfDeleted(journal: Journal, { source }: Input): boolean {
  return 'job' in source && journal.jobs.get(source.job)?.deleted != null;
}

/** Sometimes the document of an earlier job, otherwise a new one. Null if an upload failed. */
async function sourceFor(options: SubmitterOptions, kind: DocumentKind, number: number): Promise<Source | null> {
  const { random, journal, account } = options;
  if (random.chance(0.12)) {
    const [job] = random.shuffle(
      journal.jobsOf(account.name).filter((each) => each.intent.kind === kind && !each.deleted),
    );
    if (job !== undefined) {
      journal.count('documents of earlier jobs');
      return { job: job.id };
    }
  }
  return await makeSource(options, kind, number, ['url', 'base64', 'upload']);
}

/** Null if an upload failed. */
async function makeInput(options: SubmitterOptions, intent: Intent, number: number): Promise<Input | null> {
  const { random, receiver, account } = options;
  const { kind } = intent;
  const rest = {
    name: intent.name,
    metadata: { number },
    options: { maxRetries: intent.maxRetries, ...kind.options },
    priority: random.int(0, 9),
    idempotencyKey: intent.key,
    ...(intent.webhook ? { webhook: { url: receiver.urlOf(account.name) } } : {}),
    // Some jobs are scheduled for later.
    ...(random.chance(0.05) ? { runAt: new Date(Date.now() + random.int(500, 4_000)).toISOString() } : {}),
  };
  const source = await sourceFor(options, kind, number);
  return source === null ? null : { ...rest, source };
}
