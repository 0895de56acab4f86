import { z } from 'zod';
import type { Account } from './account.ts';
import { RefusedError, untilKnown } from './api.ts';
import type { Journal } from './journal.ts';

/** A mutation of an existing object. */
export interface Change {
  name: 'cancelJob' | 'retryJob' | 'deleteJob' | 'cancelBatch' | 'retryBatch';
  id: string;
  /** Only for retryJob and retryBatch. */
  password?: string;
  /** Codes of acceptable errors. */
  refusals: readonly string[];
}

const anything = z.record(z.string(), z.unknown());
const mutations: Record<Change['name'], string> = {
  cancelJob: 'mutation ($id: ID!) { cancelJob(id: $id) { job { id } } }',
  retryJob: 'mutation ($id: ID!, $options: JobOptionsInput) { retryJob(id: $id, options: $options) { job { id } } }',
  deleteJob: 'mutation ($id: ID!) { deleteJob(id: $id) { deletedId } }',
  cancelBatch: 'mutation ($id: ID!) { cancelBatch(id: $id) { batch { id } } }',
  retryBatch:
    'mutation ($id: ID!, $options: JobOptionsInput) { retryBatch(id: $id, options: $options) { batch { id } } }',
};

export interface ChangeContext {
  account: Account;
  journal: Journal;
  signal: AbortSignal;
}

/** `done` means that the first request was answered. */
export type Outcome = 'done' | 'repeated' | 'refused';

/** Repeats a mutation until its outcome is known. */
export async function change(
  { account: { api }, journal, signal }: ChangeContext,
  { name, id, password, refusals }: Change,
): Promise<Outcome> {
  let unknown = 0;
  const onRetry = () => {
    unknown += 1;
    journal.count(`${name} without an answer`);
  };
  try {
    const variables = { id, ...(password === undefined ? {} : { options: { password } }) };
    await untilKnown(() => api.ask(mutations[name], variables, anything), { signal, onRetry });
    journal.count(`${name} answered`);
    journal.answered.push({ action: name, target: id });
    return unknown === 0 ? 'done' : 'repeated';
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    if (!refusals.includes(error.code)) {
      journal.breach('requests fail with a clear error', `${name} was refused: ${error.message}`, id);
    }
    journal.count(`${name} refused`);
    return 'refused';
  }
}
