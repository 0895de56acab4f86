import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

interface Health {
  status: string;
  checks: { name: string; status: string; detail: string | null }[];
}

async function ready(): Promise<{ status: number; health: Health; workers: string | undefined }> {
  const response = await fetch(`${service.url}/health/ready`);
  const health = (await response.json()) as Health;
  return { status: response.status, health, workers: health.checks.find(({ name }) => name === 'workers')?.status };
}

describe('health', () => {
  it('is DEGRADED but ready while no worker runs', async () => {
    const health = async (): Promise<Health> =>
      (await graphql(service.url, '{ health { status checks { name status detail } } }')).data.health;
    // Startup does not wait for Redis.
    await expect
      .poll(async () => (await health()).checks)
      .toEqual(
        expect.arrayContaining([
          expect.objectContaining({ name: 'database', status: 'OK' }),
          expect.objectContaining({ name: 'redis', status: 'OK' }),
          expect.objectContaining({ name: 'workers', status: 'DEGRADED', detail: expect.stringMatching(/./) }),
        ]),
      );
    expect((await health()).status).toBe('DEGRADED');
    expect(await ready()).toMatchObject({ status: 200, health: { status: 'DEGRADED' } });
    const live = await fetch(`${service.url}/health/live`);
    expect([live.status, await live.json()]).toEqual([200, { status: 'OK' }]);
  });

  it('is OK once a worker runs, and DEGRADED again when it leaves', async () => {
    await service.startWorker();
    await expect.poll(async () => (await ready()).health.status).toBe('OK');
    await service.stopWorker();
    expect(await ready()).toMatchObject({ status: 200, workers: 'DEGRADED', health: { status: 'DEGRADED' } });
  });

  it('does not count a worker whose heartbeat is stale', async () => {
    await service.platform.database.query(
      `INSERT INTO workers (id, host, pid, version, concurrency, heartbeat_at) VALUES ($1, 'h', 1, 'v', 2, now() - interval '11 seconds')`,
      ['018f0000-0000-7000-8000-000000000000'],
    );
    expect((await ready()).workers).toBe('DEGRADED');
  });
});
