import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function get(path: string): Promise<{ status: number; body: { status: string; checks?: unknown[] } }> {
  const response = await fetch(`${service.url}${path}`);
  return { status: response.status, body: (await response.json()) as { status: string } };
}

const ok = (name: string) => ({ name, status: 'OK', detail: null });

describe('health', () => {
  it('is DEGRADED but ready while no worker runs', async () => {
    const { data } = await graphql(service.url, '{ health { status checks { name status detail } } }');
    expect(data.health).toEqual({
      status: 'DEGRADED',
      checks: [ok('database'), ok('redis'), { name: 'workers', status: 'DEGRADED', detail: expect.stringContaining('no worker') }],
    });
    expect(await get('/health/ready')).toEqual({ status: 200, body: data.health });
    expect(await get('/health/live')).toEqual({ status: 200, body: { status: 'OK' } });
  });

  it('is OK once a worker runs, and DEGRADED again when it has left', async () => {
    await service.startWorker();
    expect(await get('/health/ready')).toEqual({
      status: 200,
      body: { status: 'OK', checks: [ok('database'), ok('redis'), ok('workers')] },
    });
    await service.stopWorker();
    expect((await get('/health/ready')).body.status).toBe('DEGRADED');
  });

  it('does not count a worker that has not been heard of for long', async () => {
    await service.platform.database.query(
      `INSERT INTO workers (id, host, pid, version, concurrency, heartbeat_at) VALUES ($1, 'h', 1, 'v', 2, now() - interval '11 seconds')`,
      ['018f0000-0000-7000-8000-000000000000'],
    );
    expect((await get('/health/ready')).body.status).toBe('DEGRADED');
  });
});
