import type { Logger } from '../ops/logger.ts';
import type { SlotUse } from '../ops/slots.ts';
import { type Database, openDatabase } from './database.ts';
import type { Connections } from './postgres/connections.ts';

/**
 * The connections of a process, divided into pools. A busy pool delays no statement of another one.
 */
export interface DatabasePools extends AsyncDisposable {
  /** Requests of clients, as the API's role. Null in processes that serve no clients. */
  api: ApiPools | null;
  /** Claims, leases, progress, results: rows of all tenants. */
  writes: Database;
  /** Work that may be slightly late: counts, forecasts, deliveries, cleanup. */
  background: Database;
}

/** Returns the use of each pool, by its name in metrics. */
export function poolUses({ api, writes, background }: DatabasePools): Record<string, SlotUse> {
  return {
    ...(api === null ? {} : { api_reads: api.reads.use, api_writes: api.writes.use }),
    ...(writes === background ? {} : { writes: writes.use }),
    background: background.use,
  };
}

/** Pools whose statements belong to one tenant each: run them in `asTenant`. */
export interface ApiPools {
  /** Queries and downloads. */
  reads: Database;
  /** Mutations and uploads. */
  writes: Database;
}

export interface PoolSizes {
  api: { reads: number; writes: number } | null;
  /** 0 in processes that share the pool for background work. */
  writes: number;
  background: number;
}

export interface DatabasePoolsOptions {
  url: string;
  /** The URL for the API's role; null if it has none and uses `url`. */
  apiUrl: string | null;
  /** Maximum number of connections of the process; at least 3. */
  connections: number;
  /** `serve`, `work` or `maintain`; any other process gets the pools of `serve` and one for writes. */
  process: string;
  logger: Logger;
}

/** Divides the connections of a process as documented in docs/databases.md. */
export function poolSizes(connections: number, process: string): PoolSizes {
  const share = (part: number) => Math.max(1, Math.floor(connections * part));
  if (process === 'work') return { api: null, writes: connections - share(0.3), background: share(0.3) };
  if (process === 'maintain') return { api: null, writes: connections - share(0.5), background: share(0.5) };
  const api = { reads: connections - share(0.4) - share(0.2), writes: share(0.4) };
  return { api, writes: process === 'serve' ? 0 : share(0.4), background: share(0.2) };
}

/** Opens the pools, which connect when used. */
export function openDatabasePools(options: DatabasePoolsOptions): DatabasePools {
  const { url, apiUrl, connections, process, logger } = options;
  const sizes = poolSizes(connections, process);
  const group = new Set<Connections>();
  const opened: Database[] = [];
  const open = (size: number, byTenant: boolean) => {
    const pool = { url: byTenant ? (apiUrl ?? url) : url, size, byTenant, name: `pagehive ${process}`, logger, group };
    const database = openDatabase(pool);
    opened.push(database);
    return database;
  };
  const background = open(sizes.background, false);
  return {
    api: sizes.api && { reads: open(sizes.api.reads, true), writes: open(sizes.api.writes, true) },
    writes: sizes.writes === 0 ? background : open(sizes.writes, false),
    background,
    async [Symbol.asyncDispose]() {
      await Promise.all(opened.map((each) => each[Symbol.asyncDispose]()));
    },
  };
}
