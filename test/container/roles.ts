import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { inject } from 'vitest';
import { freePort } from '../../src/connections/embedded-server.ts';
import { changesOf, type Running, runBeside, runIn, runOutside, type Surroundings, succeed } from './chroot.ts';
import { type ComposeService, readCompose } from './compose.ts';
import type { Image } from './image.ts';

/** A container of a service of compose.yaml. */
export interface Container extends Running {
  /** The port of the API. */
  readonly port: number;
  /** Resolves with the output of a command in the container; rejects if it fails. */
  execute(command: string[]): Promise<string>;
  /** Runs the health check of its service. */
  checkHealth(): Promise<void>;
  /** Stops it with SIGTERM; resolves with its exit code. */
  stop(): Promise<number | NodeJS.Signals>;
}

/** An installation as compose.yaml describes it, with the PostgreSQL and the Redis of the tests. */
export interface Installation extends AsyncDisposable {
  start(service: string, port?: number): Promise<Container>;
}

/** `values`: the file .env. */
export async function createInstallation(image: Image, values: Record<string, string>): Promise<Installation> {
  const name = `test_${randomUUID().replaceAll('-', '')}`;
  const databaseUrl = new URL(inject('postgresUrl'));
  const asSuperuser = async (statement: string) => {
    const client = new pg.Client({ connectionString: inject('postgresUrl') });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await asSuperuser(`CREATE DATABASE ${name}`);
  const { services } = readCompose(values);
  const folder = mkdtempSync(join(tmpdir(), 'pagehive-volume-'));
  const volume = join(folder, 'data');
  // A new volume is a copy of the folder in the image.
  await succeed(runOutside(['cp', '--archive', join(changesOf(image.root), 'data'), volume]));
  const containers: Container[] = [];

  /** The hosts of compose.yaml are those of its networks. */
  function environmentOf({ environment }: ComposeService): Record<string, string> {
    const here: Record<string, string> = { ...environment, REDIS_URL: inject('redisUrl'), REDIS_PREFIX: name };
    for (const [variable, user, password] of [
      ['DATABASE_URL', databaseUrl.username, databaseUrl.password],
      // The roles of a server belong to all of its databases.
      ['DATABASE_API_URL', `${name}_api`, new URL(environment.DATABASE_API_URL ?? databaseUrl).password],
    ] as const) {
      if (environment[variable] === undefined) continue;
      const url = new URL(databaseUrl);
      Object.assign(url, { pathname: `/${name}`, username: user, password });
      here[variable] = url.href;
    }
    return here;
  }

  return {
    async start(serviceName, given) {
      const service = services[serviceName];
      if (service === undefined) throw new Error(`compose.yaml has no service ${serviceName}`);
      const port = given ?? (await freePort());
      const ports = { PORT: String(port), METRICS_PORT: String(await freePort()) };
      const { settings } = image;
      const surroundings: Surroundings = {
        root: image.root,
        workdir: settings.workdir,
        env: { ...settings.env, ...environmentOf(service), ...ports },
        user: settings.user,
        isReadOnly: service.read_only ?? false,
        tmpfs: [service.tmpfs ?? []].flat(),
        mounts: [{ source: volume, target: '/data' }],
        capabilities: service.cap_add ?? [],
      };
      const running = runIn(surroundings, [...settings.entrypoint, ...service.command]);
      const execute = async (command: string[]) => await succeed(runBeside(running, surroundings, command));
      const container = {
        ...running,
        port,
        execute,
        async checkHealth() {
          const test = service.healthcheck?.test?.slice(1) ?? settings.healthcheck;
          await execute(test.map((word) => word.replace(':4000/', `:${port}/`)));
        },
        async stop() {
          process.kill(running.pid(), 'SIGTERM');
          return await running.ended;
        },
      };
      containers.push(container);
      return container;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(containers.map((container) => container[Symbol.asyncDispose]()));
      rmSync(folder, { recursive: true, force: true });
      await asSuperuser(`DROP DATABASE ${name} WITH (FORCE)`);
      await asSuperuser(`DROP ROLE IF EXISTS ${name}_api`);
    },
  };
}
