import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { type Api, startApi } from '../src/app/api.ts';
import { startMaintain } from '../src/app/maintain.ts';
import type { Overrides } from '../src/app/overrides.ts';
import { startWork } from '../src/app/work.ts';
import { defaultAlertSettings } from '../src/config/alert-settings.ts';
import { defaultClientLimits } from '../src/config/client-limits.ts';
import { type Config, defaultDatabaseConnections, defaultLimits, defaultOutboundPorts } from '../src/config/config.ts';
import { defaultOperationLimits } from '../src/config/operation-limits.ts';
import { defaultRetention } from '../src/config/retention.ts';
import { embeddedApiUrl } from '../src/connections/embedded-postgres.ts';
import { freePort } from '../src/connections/embedded-server.ts';
import { openPlatform, type Platform } from '../src/platform.ts';
import { templateDatabase } from './servers.ts';

/** A complete, real service for one test file, with its own database, Redis prefix and folder. */
export interface Service extends AsyncDisposable {
  url: string;
  config: Config;
  platform: Platform;
  api: Api;
  /** Stops the API, as SIGTERM would, and restarts it on the same port; it is down during `meanwhile`. */
  restartApi(meanwhile?: () => Promise<void>): Promise<void>;
  /** Stops the worker, as SIGTERM would; `startWorker` starts another. */
  stopWorker(): Promise<void>;
  startWorker(overrides?: Overrides): Promise<void>;
}

export interface ServiceOptions {
  config?: Partial<Config>;
  overrides?: Overrides;
  /** Which of the processes to run; all by default. */
  worker?: boolean;
  maintenance?: boolean;
}

async function admin(statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

/** Creates a migrated database; `drop` fails if a connection to it has leaked. */
export async function createDatabase(): Promise<{ url: string; drop: () => Promise<void> }> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  // A template cannot be copied twice at once, so files take turns.
  const client = new pg.Client({ connectionString: inject('postgresUrl') });
  await client.connect();
  await client.query('SELECT pg_advisory_lock(4711)');
  await client.query(`CREATE DATABASE ${name} TEMPLATE ${templateDatabase}`);
  await client.end();
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => admin(`DROP DATABASE ${name}`) };
}

/** Starts a service. Dispose it at the end of the file: leaks fail the run. */
export async function startService({
  config: given,
  overrides = {},
  worker = true,
  maintenance = true,
}: ServiceOptions = {}): Promise<Service> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pagehive-service-'));
  const database = await createDatabase();
  const port = await freePort();
  const config: Config = {
    databaseUrl: database.url,
    databaseApiUrl: embeddedApiUrl(given?.databaseUrl ?? database.url),
    databaseConnections: defaultDatabaseConnections,
    redisUrl: inject('redisUrl'),
    redisPrefix: `{test-${randomUUID()}}`,
    dataDir,
    secretKey: null,
    previousSecretKeys: [],
    host: '127.0.0.1',
    auth: 'auto',
    port,
    metrics: null,
    publicUrl: `http://127.0.0.1:${port}`,
    corsOrigins: [],
    privateHostsAllowed: [],
    outboundPorts: [...defaultOutboundPorts],
    trustedProxies: [],
    sandbox: 'auto',
    concurrency: 2,
    tracing: null,
    // To see the log of a failing test's service: TEST_LOG=1 npm test -- the-file
    logLevel: process.env.TEST_LOG ? 'debug' : 'silent',
    limits: defaultLimits,
    operations: defaultOperationLimits,
    retention: defaultRetention,
    alerts: defaultAlertSettings,
    clientLimits: defaultClientLimits,
    ...given,
  };
  const platform = await openPlatform(config, 'test', overrides);
  let api = await startApi(platform, overrides);
  let work = worker ? await startWork(platform, overrides) : null;
  const maintain = maintenance ? startMaintain(platform) : null;
  const stopWorker = async () => {
    await work?.[Symbol.asyncDispose]();
    work = null;
  };
  return {
    url: config.publicUrl,
    config,
    platform,
    get api() {
      return api;
    },
    async restartApi(meanwhile) {
      await api[Symbol.asyncDispose]();
      await meanwhile?.();
      api = await startApi(platform, overrides);
    },
    stopWorker,
    async startWorker(more = overrides) {
      work = await startWork(platform, more);
    },
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await stopWorker();
      await maintain?.[Symbol.asyncDispose]();
      await platform[Symbol.asyncDispose]();
      await database.drop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}
