import type { Accounts } from './account.ts';
import { type Clients, type ClientsOptions, startClients } from './clients.ts';
import { runKeyChanger } from './key-changer.ts';
import type { KeyWatchers } from './key-watchers.ts';
import { runOperator } from './operator.ts';
import { runSpy } from './spy.ts';

export interface TenantsOptions extends Omit<ClientsOptions, 'account'> {
  accounts: Accounts;
  keyWatchers: KeyWatchers;
}

/** Starts the clients of every tenant, spies that try to reach the other tenant, the changes of their keys, and an operator. */
export function startTenants(options: TenantsOptions): Clients {
  const { accounts, random } = options;
  const stopping = new AbortController();
  const until = stopping.signal;
  const clients = accounts.tenants.map((account) => startClients({ ...options, account, random: random.fork() }));
  const others = [
    runKeyChanger({ ...options, random: random.fork(), until }),
    runOperator({ ...options, random: random.fork(), until }),
  ];
  for (const account of accounts.tenants) {
    for (const victim of accounts.tenants) {
      if (victim !== account) others.push(runSpy({ ...options, account, victim, random: random.fork(), until }));
    }
  }
  return {
    done: Promise.all([...clients.map(({ done }) => done), ...others]),
    stop() {
      stopping.abort();
      for (const each of clients) each.stop();
    },
    async missingTheEnd(withinMs) {
      const missing = await Promise.all(clients.map((each) => each.missingTheEnd(withinMs)));
      return missing.reduce((sum, each) => sum + each, 0);
    },
  };
}
