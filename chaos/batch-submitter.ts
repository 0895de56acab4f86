import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { RefusedError, UnknownOutcomeError, untilKnown } from './api.ts';
import { pickDocument } from './documents.ts';
import type { BatchIntent, ClientBatch } from './journal.ts';
import type { Random } from './random.ts';
import { makeSource, type Source } from './sources.ts';
import type { SubmitterOptions } from './submitter.ts';

export interface BatchSubmitterOptions extends Omit<SubmitterOptions, 'onJob'> {
  onBatch(batch: ClientBatch): void;
}

/** The backlog at which batches pause: more than for single jobs, because batches are added to those. */
const maxBacklog = 48;

const createBatchShape = z.object({ createBatch: z.object({ batch: z.object({ id: z.string() }) }) });
const createBatch = 'mutation ($input: CreateBatchInput!) { createBatch(input: $input) { batch { id } } }';

/** The name of a job in a batch. */
export function nameOfItem(batch: string, index: number): string {
  return `${batch}, item ${index}`;
}

const everything = [
  'BATCH_PROGRESS',
  'BATCH_COMPLETED',
  'BATCH_FAILED',
  'BATCH_CANCELLED',
  'JOB_COMPLETED',
  'JOB_FAILED',
  'JOB_CANCELLED',
];

/** Submits one batch after another until `until` aborts, then finishes the batch it has started. */
export async function runBatchSubmitter(options: BatchSubmitterOptions): Promise<void> {
  const { journal, random, until, signal } = options;
  while (!until.aborted) {
    if (options.backlog() < maxBacklog) await submitOne(options, journal.batchIntents.length);
    await sleep(random.int(500, 3_000), undefined, { signal });
  }
}

async function submitOne(options: BatchSubmitterOptions, number: number): Promise<void> {
  const { journal, random } = options;
  // Some batches have only one kind of document, so that they end COMPLETED or FAILED as a whole.
  const kinds = random.chance(0.25) ? [pickDocument(random, options.kinds)] : options.kinds;
  const { name: tenant } = options.account;
  const intent: BatchIntent = {
    tenant,
    name: `${tenant}: batch #${number}`,
    kinds: Array.from({ length: sizeOf(random) }, () => pickDocument(random, kinds)),
    // Without a key, a request must not be repeated.
    key: random.chance(0.9)
      ? `key of batch ${journal.batchIntents.filter((each) => each.tenant === tenant).length}`
      : null,
    webhook: random.pick(['nothing', 'ends', 'ends', 'everything'] as const),
    unknown: 0,
    answers: new Set(),
  };
  journal.batchIntents.push(intent);
  journal.count('items of batches', intent.kinds.length);
  const sources = await Promise.all(intent.kinds.map((kind, index) => sourceOf(options, kind, number, index)));
  const items = sources.flatMap((source, index) => (source === null ? [] : [itemOf(intent, source, index)]));
  if (items.length < sources.length) return;
  const input = inputOf(options, intent, items);
  const inline = sources.filter((source) => source !== null && 'base64' in source).length;
  const copies = intent.key !== null && random.chance(0.5) ? random.int(2, 3) : 1;
  await Promise.all(Array.from({ length: copies }, () => submitCopy(options, intent, input, inline)));
}

/** A handful of items usually, a few dozen sometimes. */
function sizeOf(random: Random): number {
  return random.chance(0.2) ? random.int(12, 36) : random.int(2, 8);
}

function sourceOf(options: BatchSubmitterOptions, kind: BatchIntent['kinds'][number], number: number, index: number) {
  // Numbers that no other batch or job uses.
  return makeSource(options, kind, (number + 1) * 100_000 + index, ['url', 'url', 'base64', 'upload']);
}

function itemOf({ name, kinds }: BatchIntent, source: Source, index: number) {
  return { name: nameOfItem(name, index), source, metadata: { index }, options: kinds[index]?.options };
}

function inputOf({ random, receiver, account }: BatchSubmitterOptions, intent: BatchIntent, items: object[]): object {
  const { name, key, webhook } = intent;
  return {
    name,
    items,
    options: { maxRetries: 20 },
    priority: random.int(0, 9),
    idempotencyKey: key,
    ...(webhook === 'nothing'
      ? {}
      : { webhook: { url: receiver.urlOf(account.name), ...(webhook === 'ends' ? {} : { events: everything }) } }),
  };
}

async function submitCopy(
  options: BatchSubmitterOptions,
  intent: BatchIntent,
  input: object,
  inline: number,
): Promise<void> {
  const { account, journal, signal } = options;
  const send = () => account.api.ask(createBatch, { input }, createBatchShape);
  const onRetry = () => {
    intent.unknown += 1;
    journal.count('createBatch without an answer');
    journal.count('documents of a createBatch without an answer', inline);
  };
  try {
    const answer = await (intent.key === null ? send() : untilKnown(send, { signal, onRetry }));
    journal.count('createBatch answered');
    const batch = journal.acknowledgeBatch(intent, answer.createBatch.batch.id);
    if (batch !== null) options.onBatch(batch);
  } catch (error) {
    if (error instanceof UnknownOutcomeError) {
      onRetry();
    } else if (error instanceof RefusedError) {
      journal.breach(
        'requests fail with a clear error',
        `createBatch of "${intent.name}" was refused: ${error.message}`,
      );
    } else {
      throw error;
    }
  }
}
