import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

it('exits a worker that cannot register itself, so that its supervisor restarts it', async () => {
  const { databaseUrl, redisUrl, redisPrefix, dataDir } = service.config;
  // Simulates a database that fails between the first statements of the start and the registration.
  await service.platform.database.query('ALTER TABLE workers RENAME TO away', []);
  // The compiled `pagehive work`, as users run it.
  const cli = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
  const env = { DATABASE_URL: databaseUrl ?? '', REDIS_URL: redisUrl ?? '', REDIS_PREFIX: redisPrefix };
  const child = spawn(process.execPath, [cli, 'work'], {
    env: { ...process.env, ...env, DATA_DIR: dataDir },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  child.stderr.setEncoding('utf8').on('data', (text) => (told += text));
  try {
    const [code] = await once(child, 'exit', { signal: AbortSignal.timeout(30_000) });
    expect(told).toContain('relation "workers" does not exist');
    expect(code).toBe(1);
  } finally {
    child.kill('SIGKILL');
    await service.platform.database.query('ALTER TABLE away RENAME TO workers', []);
  }
});
