import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Database } from '../../src/connections/database.ts';
import type { Actor } from '../../src/maintenance/actor.ts';
import { startMaintenance } from '../../src/maintenance/maintenance.ts';
import type { HealthCheck } from '../../src/ops/health.ts';
import { accepted } from '../api/submitting.ts';
import { soon } from '../faults/watching.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';

let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

async function maintenance(): Promise<HealthCheck | undefined> {
  const { health } = accepted(await graphql(service.url, '{ health { checks { name status detail advice } } }'));
  const checks: HealthCheck[] = health.checks;
  return checks.find(({ name }) => name === 'maintenance');
}

const actor = (name: string, runOnce: () => Promise<void>): Actor => ({ name, everyMs: 1_000, runOnce });
const runs = 'Maintenance runs.';

describe('health reports maintenance as DEGRADED', () => {
  it('when an actor keeps failing, and names it', async () => {
    const { database, logger } = service.platform;
    let failing = true;
    const actors = [
      actor('sweeper', async () => {}),
      actor('rescuer', async () => {
        if (failing) throw new Error('out of order');
      }),
    ];
    await using _maintenance = startMaintenance({ database, logger }, actors);
    await expect.poll(maintenance, soon).toMatchObject({
      status: 'DEGRADED',
      detail: 'A maintenance process is running, but these actors fail: rescuer.',
      advice: expect.stringContaining('pagehive maintain'),
    });
    failing = false;
    await expect.poll(maintenance, soon).toMatchObject({ status: 'OK', detail: runs });
  });

  it('when its process cannot read the results of its lease queries', async () => {
    const { database, logger } = service.platform;
    const illegible: Database = {
      ...database,
      async query(text, values, options) {
        await database.query(text, values, options);
        return [];
      },
    };
    await using _maintenance = startMaintenance({ database: illegible, logger }, [actor('sweeper', async () => {})]);
    await expect
      .poll(maintenance, soon)
      .toMatchObject({ detail: expect.stringContaining('these actors fail: sweeper') });
  });

  it('when it has ended', async () => {
    const { database, logger } = service.platform;
    {
      await using _maintenance = startMaintenance({ database, logger }, [actor('sweeper', async () => {})]);
      await expect.poll(maintenance, soon).toMatchObject({ status: 'OK', detail: runs });
    }
    expect(await maintenance()).toMatchObject({ status: 'DEGRADED', advice: 'Start one: `pagehive maintain`.' });
  });
});
