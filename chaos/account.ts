import { z } from 'zod';
import { type Api, createApi } from './api.ts';
import type { Random } from './random.ts';

/** An API key and its secret. */
export interface Key {
  id: string;
  secret: string;
}

interface ApiUse {
  urls: readonly string[];
  random: Random;
}

/** A tenant, and the key that its clients use now. */
export class Account {
  readonly name: string;
  /** The id of the tenant; undefined for that of the operator. */
  readonly tenant: string | undefined;
  readonly api: Api;
  #key: Key;

  constructor({ name, tenant, key }: { name: string; tenant?: string; key: Key }, { urls, random }: ApiUse) {
    this.name = name;
    this.tenant = tenant;
    this.#key = key;
    this.api = createApi(urls, { random, apiKey: () => this.#key.secret });
  }

  get key(): Key {
    return this.#key;
  }

  /** Passes a new key to all its clients. */
  use(key: Key): void {
    this.#key = key;
  }
}

export interface Accounts {
  /** Has every scope of the tenant `default`. */
  operator: Account;
  /** The tenants whose clients disturb each other as little as strangers. */
  tenants: Account[];
}

const createKeyQuery = 'mutation ($input: CreateApiKeyInput!) { createApiKey(input: $input) { secret apiKey { id } } }';
const keyShape = z.object({ createApiKey: z.object({ secret: z.string(), apiKey: z.object({ id: z.string() }) }) });
const createTenant = 'mutation ($input: CreateTenantInput!) { createTenant(input: $input) { tenant { id } } }';
const tenantShape = z.object({ createTenant: z.object({ tenant: z.object({ id: z.string() }) }) });

/** Creates a key with these scopes. It belongs to the given tenant, by default to that of the caller. */
export async function createKey(api: Api, scopes: readonly string[], tenant?: string): Promise<Key> {
  const input = { scopes, tenant };
  const { secret, apiKey } = (await api.ask(createKeyQuery, { input }, keyShape)).createApiKey;
  return { id: apiKey.id, secret };
}

/** The scopes of the clients of a tenant. */
export const clientScopes = ['READ', 'WRITE'];

/** Creates the tenants and their keys, through an API that does not require keys yet. */
export async function openAccounts(
  urls: readonly string[],
  { random, names }: { random: Random; names: readonly string[] },
): Promise<Accounts> {
  const anonymous = createApi(urls, { random: random.fork(), apiKey: () => null });
  const key = await createKey(anonymous, [...clientScopes, 'OPERATOR']);
  const operator = new Account({ name: 'default', key }, { urls, random: random.fork() });
  const tenants: Account[] = [];
  for (const name of names) {
    const tenant = (await operator.api.ask(createTenant, { input: { name } }, tenantShape)).createTenant.tenant.id;
    const key = await createKey(operator.api, clientScopes, tenant);
    tenants.push(new Account({ name, tenant, key }, { urls, random: random.fork() }));
  }
  return { operator, tenants };
}
