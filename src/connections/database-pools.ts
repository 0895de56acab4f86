import type { Logger } from '../ops/logger.ts';
import { type Database, openDatabase } from './database.ts';
import type { Connections } from './postgres/connections.ts';

/**
 * The connections of a process, divided into pools. A busy pool delays no statement of another one.
 */
export interface DatabasePools extends AsyncDisposable {
  /** Queries and downloads of clients. */
  reads: Database;
  /** Submits, claims, leases, progress, results. */
  writes: Database;
  /** Work that may be a little late: counts, forecasts, deliveries, cleaning up. */
  background: Database;
}

export interface PoolSizes {
  /** 0 in processes that serve no clients. */
  reads: number;
  writes: number;
  background: number;
}

export interface DatabasePoolsOptions {
  url: string;
  /** Maximum number of connections of the process; at least 3. */
  connections: number;
  /** `serve`, `work` or `maintain`; any other process gets the pools of `serve`. */
  process: string;
  logger: Logger;
}

/** Divides the connections of a process as docs/databases.md states. */
export function poolSizes(connections: number, process: string): PoolSizes {
  const share = (part: number) => Math.max(1, Math.floor(connections * part));
  if (process === 'work') return { reads: 0, writes: connections - share(0.3), background: share(0.3) };
  if (process === 'maintain') return { reads: 0, writes: connections - share(0.5), background: share(0.5) };
  return { reads: connections - share(0.4) - share(0.2), writes: share(0.4), background: share(0.2) };
}

/** Opens the pools, which connect when used. */
export function openDatabasePools({ url, connections, process, logger }: DatabasePoolsOptions): DatabasePools {
  const sizes = poolSizes(connections, process);
  const group = new Set<Connections>();
  const pool = (size: number) => openDatabase({ url, size, name: `pagehive ${process}`, logger, group });
  const writes = pool(sizes.writes);
  const background = pool(sizes.background);
  const reads = sizes.reads === 0 ? background : pool(sizes.reads);
  return {
    reads,
    writes,
    background,
    async [Symbol.asyncDispose]() {
      await Promise.all([...new Set([reads, writes, background])].map((each) => each[Symbol.asyncDispose]()));
    },
  };
}
