import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Config, readConfig } from '../../src/config/config.ts';
import { embeddedApiUrl, startPostgres } from '../../src/connections/embedded-postgres.ts';
import { startRedis } from '../../src/connections/embedded-redis.ts';
import { freePort } from '../../src/connections/embedded-server.ts';
import { migrate } from '../../src/connections/migrations.ts';

/** A dedicated PostgreSQL and Redis, and the processes started with them. Disposal removes all of it. */
export interface Lab extends AsyncDisposable {
  config: Config & { databaseUrl: string; redisUrl: string };
  /** Starts a process with the lab's environment and waits for its "ready" line. */
  run(script: string, args?: string[], env?: Record<string, string>): Promise<ChildProcess>;
}

const root = new URL('../../', import.meta.url);
export const cli = fileURLToPath(new URL('dist/cli.js', root));

export function script(name: string): string {
  return fileURLToPath(new URL(`bench/lab/${name}.ts`, root));
}

export async function openLab(): Promise<Lab> {
  const dataDir = mkdtempSync(join(tmpdir(), 'pagehive-bench-'));
  const log = () => undefined;
  const [postgres, redis] = await Promise.all([startPostgres({ dataDir, log }), startRedis({ dataDir, log })]);
  const apiUrl = embeddedApiUrl(postgres.url);
  await migrate(postgres.url, { log, apiUrl });
  const port = String(await freePort());
  const env = {
    DATABASE_URL: postgres.url,
    DATABASE_API_URL: apiUrl,
    REDIS_URL: redis.url,
    DATA_DIR: dataDir,
    PORT: port,
    LOG_LEVEL: 'info',
  };
  const children: ChildProcess[] = [];
  return {
    config: { ...readConfig(env), databaseUrl: postgres.url, redisUrl: redis.url },
    async run(file, args = [], more = {}) {
      const loader = file.endsWith('.ts') ? ['--import', 'tsx'] : [];
      const child = spawn(process.execPath, [...loader, file, ...args], {
        env: { ...process.env, ...env, ...more },
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      });
      children.push(child);
      await new Promise<void>((resolve, reject) => {
        let text = '';
        child.stderr?.on('data', (chunk: Buffer) => {
          text += chunk;
          if (/"ready"|^ready$/m.test(text)) resolve();
        });
        child.once('exit', (code) => reject(new Error(`${file} ended with ${code}: ${text}`)));
      });
      return child;
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(children.map(ended));
      await Promise.all([postgres.stop(), redis.stop()]);
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });
}
