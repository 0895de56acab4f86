import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Accounts, clientScopes, createKey, type Key } from './account.ts';
import { type Api, RefusedError, untilKnown } from './api.ts';
import type { Journal } from './journal.ts';
import type { KeyWatchers } from './key-watchers.ts';
import type { Random } from './random.ts';

export interface KeyChangerOptions {
  accounts: Accounts;
  journal: Journal;
  keyWatchers: KeyWatchers;
  random: Random;
  /** Stops new changes when aborted. */
  until: AbortSignal;
  signal: AbortSignal;
}

const revokeKey = 'mutation ($id: ID!) { revokeApiKey(id: $id) { apiKey { id } } }';
const shape = z.object({ revokeApiKey: z.object({ apiKey: z.object({ id: z.string() }) }) });

/** Replaces keys of the tenants: creates a new one, passes it to the clients, and revokes the previous one. */
export async function runKeyChanger(options: KeyChangerOptions): Promise<void> {
  const { accounts, journal, keyWatchers, random, until, signal } = options;
  const { api } = accounts.operator;
  const onRetry = () => journal.count('changes of keys without an answer');
  for (const { key } of accounts.tenants) keyWatchers.start(key);
  while (!until.aborted) {
    await sleep(random.int(500, 4_000), undefined, { signal });
    const account = random.pick(accounts.tenants);
    const previous = account.key;
    const next = await untilKnown(() => createKey(api, clientScopes, account.tenant), { signal, onRetry });
    account.use(next);
    keyWatchers.start(next);
    await sleep(random.int(0, 1_000), undefined, { signal });
    await untilKnown(() => revoke(api, previous), { signal, onRetry });
    keyWatchers.end(previous);
    journal.answered.push({ action: 'revokeApiKey', target: previous.id });
    journal.count('keys revoked');
  }
}

async function revoke(api: Api, { id }: Key): Promise<void> {
  try {
    await api.ask(revokeKey, { id }, shape);
  } catch (error) {
    // A request without an answer has revoked it.
    if (!(error instanceof RefusedError && error.code === 'NOT_FOUND')) throw error;
  }
}
