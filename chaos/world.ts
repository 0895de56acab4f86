import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { embeddedApiUrl } from '../src/connections/embedded-postgres.ts';
import { freePort } from '../src/connections/embedded-server.ts';
import { Closers } from './closers.ts';
import { ExtractorRegister } from './processes.ts';
import { type FaultyProxy, type LostReply, startProxy } from './proxy.ts';
import type { Random } from './random.ts';
import { apiNames, type Server, type ServiceName, serviceNames, workerNames } from './schedule.ts';
import { type Servers, startServers } from './servers.ts';
import { Service } from './service.ts';
import { Statements } from './statements.ts';

export const redisPrefix = '{chaos}';
/** Slots of each worker. */
export const slots = 2;

/** The whole installation: two of each process, a PostgreSQL and a Redis, and a proxy on each path between them. */
export interface World extends AsyncDisposable {
  readonly dataDir: string;
  readonly apiUrls: readonly string[];
  readonly services: ReadonlyMap<ServiceName, Service>;
  readonly servers: Servers;
  readonly extractors: ExtractorRegister;
  /** Replies for the proxies to drop. */
  readonly lostReplies: LostReply[];
  /** When PostgreSQL crashed and lost what was not on disk, or when a reply may not have reached its worker. */
  readonly databaseTroubles: number[];
  /** When an extractor was killed in a way that blames its document. */
  readonly crashes: { at: number; worker: number }[];
  /** Queries PostgreSQL directly, past all proxies. Fails while it is down. */
  query<Row extends pg.QueryResultRow>(text: string, values?: unknown[]): Promise<Row[]>;
  service(name: ServiceName): Service;
  proxy(name: ServiceName, server: Server): FaultyProxy;
  /** Undoes every lasting fault; resolves once all services are ready. */
  heal(signal: AbortSignal): Promise<void>;
}

export interface WorldOptions {
  random: Random;
  onBreach(detail: string): void;
}

/** Starts everything; removes what was started if that fails. */
export async function openWorld(options: WorldOptions): Promise<World> {
  const closers = new Closers();
  try {
    return await buildWorld(options, closers);
  } catch (error) {
    await closers[Symbol.asyncDispose]();
    throw error;
  }
}

async function buildWorld({ random, onBreach }: WorldOptions, closers: Closers): Promise<World> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pagehive-chaos-'));
  closers.add(() => rmSync(dataDir, { recursive: true, force: true }));
  const servers = await startServers(dataDir);
  closers.add(() => servers[Symbol.asyncDispose]());

  const statements = new Statements();
  const lostReplies: LostReply[] = [];
  const proxies = new Map<string, FaultyProxy>();
  const services = new Map<ServiceName, Service>();
  const apiUrls: string[] = [];
  for (const name of serviceNames) {
    const [postgres, redis] = [servers.postgresUrl, servers.redisUrl].map((url) => new URL(url));
    if (postgres === undefined || redis === undefined) throw new Error('a server has no URL');
    for (const [server, url] of Object.entries({ postgres, redis })) {
      const proxy = await startProxy({ targetPort: Number(url.port), statements, lostReplies });
      url.port = String(proxy.port);
      proxies.set(`${name} ${server}`, proxy);
      closers.add(() => proxy[Symbol.asyncDispose]());
    }
    const port = await freePort();
    const url = `http://127.0.0.1:${port}`;
    if (apiNames.some((each) => each === name)) apiUrls.push(url);
    const env = {
      DATABASE_URL: postgres.href,
      DATABASE_API_URL: embeddedApiUrl(postgres.href),
      REDIS_URL: redis.href,
      REDIS_PREFIX: redisPrefix,
      DATA_DIR: dataDir,
      HOST: '127.0.0.1',
      PORT: String(port),
      PUBLIC_URL: url,
      CONCURRENCY: String(slots),
      PRIVATE_HOSTS_ALLOWED: '127.0.0.1',
      // A hanging source costs a few seconds instead of five minutes.
      DOWNLOAD_SECONDS: '5',
      LOG_LEVEL: 'info',
    };
    services.set(name, new Service({ name, env, dataDir, random: random.fork(), onBreach }));
  }

  const extractors = new ExtractorRegister();
  const noting = setInterval(() => {
    for (const name of workerNames) extractors.note(services.get(name)?.pid ?? null);
  }, 400);
  const pool = new pg.Pool({ connectionString: servers.postgresUrl, max: 4, connectionTimeoutMillis: 2_000 });
  pool.on('error', () => undefined);
  closers.add(() => pool.end());
  closers.add(() => clearInterval(noting));
  for (const each of services.values()) {
    each.keep();
    closers.add(() => each.stop());
  }

  return {
    dataDir,
    apiUrls,
    services,
    servers,
    extractors,
    lostReplies,
    databaseTroubles: [],
    crashes: [],
    async query<Row extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<Row[]> {
      return (await pool.query<Row>(text, values)).rows;
    },
    service: (name) => found(services.get(name), name),
    proxy: (name, server) => found(proxies.get(`${name} ${server}`), `${name} ${server}`),
    async heal(signal) {
      // Drop the replies that no statement has triggered.
      lostReplies.splice(0, lostReplies.length, ...lostReplies.filter(({ at }) => at !== null));
      for (const proxy of proxies.values()) proxy.heal();
      for (const each of services.values()) each.thaw();
      await servers.settled();
      while (![...services.values()].every((each) => each.isReady)) await sleep(100, undefined, { signal });
    },
    [Symbol.asyncDispose]: () => closers[Symbol.asyncDispose](),
  };
}

function found<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}
