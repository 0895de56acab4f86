import { afterEach, describe, expect, it } from 'vitest';
import { requireSandboxedWorkers, requireSandboxForOthers } from '../../src/commands/start-checks.ts';
import type { HealthCheck } from '../../src/ops/health.ts';
import type { IssuedKey } from '../../src/tenants/keys.ts';
import { accepted } from '../api/submitting.ts';
import { soon } from '../faults/watching.ts';
import { graphql } from '../graphql.ts';
import { bearer, issueKey } from '../keys/asking.ts';
import { newPool } from '../pdf/extracting.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
afterEach(async () => {
  await service[Symbol.asyncDispose]();
});

const published = { publicUrl: 'https://pages.example.com' };

async function sandboxCheck(key: IssuedKey | null = null): Promise<HealthCheck | undefined> {
  const url = `http://127.0.0.1:${service.api.port}`;
  const headers: Record<string, string> = key === null ? {} : { authorization: bearer(key) };
  const { health } = accepted(await graphql(url, '{ health { checks { name status detail advice } } }', {}, headers));
  const checks: HealthCheck[] = health.checks;
  return checks.find(({ name }) => name === 'sandbox');
}

async function insertWorker(sandbox: string | null, runningSeconds = 0): Promise<void> {
  await service.platform.database.query(
    `INSERT INTO workers (id, host, pid, version, concurrency, sandbox, started_at)
     VALUES (gen_random_uuid(), 'h', 1, 'v', 2, $1::text::"SandboxLevel", now() - $2 * interval '1 second')`,
    [sandbox, runningSeconds],
  );
}

describe('the sandbox of extractors', () => {
  it('is reported by health, and for each worker', async () => {
    service = await startService();
    const detail = expect.stringMatching(/^Sandbox of extractors: 1 worker at level (NAMESPACES|USER|PROCESS)\.$/);
    await expect.poll(() => sandboxCheck(), soon).toEqual({ name: 'sandbox', status: 'OK', detail, advice: null });
    const [worker] = await service.platform.database.prisma.worker.findMany();
    expect((await sandboxCheck())?.detail).toContain(`level ${worker?.sandbox}.`);
  });

  it('is DEGRADED without one where other machines may send documents', async () => {
    service = await startService({ worker: false, config: published });
    const operator = await issueKey(service, ['OPERATOR']);
    await insertWorker('NAMESPACES');
    await insertWorker('OFF');
    expect(await sandboxCheck(operator)).toMatchObject({
      status: 'OK',
      detail: 'Sandbox of extractors: 1 worker at level NAMESPACES, 1 worker at level OFF.',
    });
    await insertWorker('PROCESS');
    expect(await sandboxCheck(operator)).toMatchObject({
      status: 'DEGRADED',
      detail: expect.stringContaining('1 worker at level PROCESS'),
      advice: expect.stringContaining('SANDBOX=off'),
    });
  });

  it('is DEGRADED if a worker has started no extractor for half a minute', async () => {
    service = await startService({ worker: false });
    expect(await sandboxCheck()).toMatchObject({ status: 'OK', detail: 'No worker is running.' });
    await insertWorker(null, 10);
    expect(await sandboxCheck()).toMatchObject({ status: 'OK', detail: 'The workers have just started.' });
    await insertWorker('NAMESPACES', 60);
    await insertWorker(null, 60);
    expect(await sandboxCheck()).toMatchObject({
      status: 'DEGRADED',
      detail: '1 worker of 3 started no extractor, so the sandbox is unknown.',
      advice: expect.stringContaining('log of the workers'),
    });
  });

  it('is needed where other machines may send documents, unless SANDBOX=off', async () => {
    service = await startService({ worker: false });
    const { config } = service;
    const open = () => newPool({ sandboxes: [{ level: 'PROCESS', hasUser: false }] });
    await requireSandboxForOthers(config, open);
    await requireSandboxForOthers({ ...config, ...published, sandbox: 'off' }, open);
    await requireSandboxForOthers({ ...config, host: '0.0.0.0' });
    await expect(requireSandboxForOthers({ ...config, ...published }, open)).rejects.toThrow(
      /^PUBLIC_URL=https:\/\/pages\.example\.com lets other machines in, .* or set SANDBOX=off$/,
    );
  });

  it('is needed for workers that already run when the API starts', async () => {
    service = await startService({ worker: false });
    const { config, platform } = service;
    const exposed = { ...config, host: '0.0.0.0' };
    await insertWorker('USER');
    await requireSandboxedWorkers(exposed, platform.database);
    await insertWorker('PROCESS');
    await requireSandboxedWorkers(config, platform.database);
    await requireSandboxedWorkers({ ...exposed, sandbox: 'off' }, platform.database);
    await expect(requireSandboxedWorkers(exposed, platform.database)).rejects.toThrow(
      /^HOST=0\.0\.0\.0 lets other machines in, .* or set SANDBOX=off$/,
    );
  });
});
