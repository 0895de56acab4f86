import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterEach, expect, it, vi } from 'vitest';
import { createEstimates } from '../../src/estimates/estimates.ts';
import { newUuid } from '../../src/ids.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { openFreshDatabase } from '../database/opening.ts';

afterEach(() => {
  vi.useRealTimers();
});

function usedHeap(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}

it('jobs without subscribers use no memory', async () => {
  await using opened = await openFreshDatabase(1);
  const estimates = createEstimates(opened, createLogger({ logLevel: 'silent' }, 'test'));
  vi.useFakeTimers({ toFake: ['Date'] });
  const before = usedHeap();
  // Two hundred jobs per second for ten minutes, from a hundred tenants.
  const tenants = Array.from({ length: 100 }, () => newUuid());
  for (let n = 0; n < 120_000; n += 1) {
    if (n % 200 === 0) vi.setSystemTime(Date.now() + 1_000);
    estimates.arrived({ tenantId: tenants[n % 100] ?? '', id: newUuid() });
  }
  expect(usedHeap() - before).toBeLessThan(5 * 1024 ** 2);
  await estimates.readStates([]);
});
