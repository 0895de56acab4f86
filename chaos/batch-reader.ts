import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Account } from './account.ts';
import { RefusedError, UnknownOutcomeError } from './api.ts';
import { type BatchState, batchFields, batchState, describeState, wrongIn } from './batch-counts.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';

export interface BatchReaderOptions {
  account: Account;
  journal: Journal;
  random: Random;
  until: AbortSignal;
  signal: AbortSignal;
}

const row = batchState.extend({ id: z.string() });
const shape = z.object({ batch: row, batches: z.object({ nodes: z.array(row) }) });
const query = `query ($id: ID!) {
  batch(id: $id) { id ${batchFields} }
  batches(first: 10) { nodes { id ${batchFields} } }
}`;

/** Queries single batches and lists at either API continuously, and compares each response with earlier ones. */
export async function runBatchReader(options: BatchReaderOptions): Promise<void> {
  const { account, journal, random, until, signal } = options;
  const newest = new Map<string, BatchState>();
  while (!until.aborted) {
    await sleep(random.int(50, 400), undefined, { signal });
    const known = journal.batchesOf(account.name).map(({ id }) => id);
    if (known.length === 0) continue;
    try {
      const { batch, batches } = await account.api.ask(query, { id: random.pick(known) }, shape);
      const found = [batch, ...batches.nodes];
      journal.see(
        account.name,
        found.map(({ id }) => id),
      );
      for (const each of found) check(journal, each, newest.get(each.id));
      // The rows of one response are read concurrently, so their order is unknown.
      for (const each of found) {
        if (each.revision > (newest.get(each.id)?.revision ?? 0)) newest.set(each.id, each);
      }
      journal.count('queries of batches');
    } catch (error) {
      if (error instanceof RefusedError)
        journal.breach('requests fail with a clear error', `batch was refused: ${error.message}`);
      else if (error instanceof UnknownOutcomeError) journal.count('queries without an answer');
      else throw error;
    }
  }
}

function check(journal: Journal, { id, ...state }: z.infer<typeof row>, before: BatchState | undefined): void {
  const batch = journal.batches.get(id);
  // The submitter may not have received the response yet.
  if (batch === undefined) return;
  batch.queried.push(state);
  const wrong = wrongIn(state, batch.intent.kinds.length);
  if (wrong !== null) journal.breach('no count is wrong', `${wrong} in a query: ${describeState(state)}`, id);
  if (before !== undefined && state.revision < before.revision) {
    journal.breach('revisions never fall', `queries: ${describeState(before)}, then ${describeState(state)}`, id);
  }
}
