import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { authorization } from '../api.ts';
import type { Evidence } from '../evidence.ts';
import type { Breach } from '../journal.ts';
import { extractorProcessesOf, extractorsOf, processorTicks } from '../processes.ts';
import { workerNames } from '../schedule.ts';
import { redisPrefix, slots } from '../world.ts';

/** No extractor is left over or busy when no job runs. */
export async function noExtractorIsLeft({ world, journal }: Evidence): Promise<Breach[]> {
  const breaches: Breach[] = [];
  const promise = 'no extractor outlives its job';
  const live = new Set<number>();
  for (const name of workerNames) {
    const { pid } = world.service(name);
    const children = pid === null ? [] : extractorsOf(pid);
    // The register may have seen a sandbox before its extractor.
    if (pid !== null) for (const child of extractorProcessesOf(pid)) live.add(child);
    if (children.length > slots)
      breaches.push({ promise, detail: `${name} has ${children.length} extractors for ${slots} slots` });
  }
  journal.count('extractor processes', world.extractors.count);
  const orphans = world.extractors.alive().filter((pid) => !live.has(pid));
  if (orphans.length > 0) breaches.push({ promise, detail: `their workers are dead: ${orphans.join()}` });
  const busy = await stillBusy([...live]);
  if (busy.length > 0) breaches.push({ promise, detail: `busy although no job runs: ${busy.join()}` });
  return breaches;
}

/** Returns the processes that stay busy for half a minute. A process that has just started is busy for less. */
async function stillBusy(processes: number[]): Promise<number[]> {
  let busy = processes;
  for (let spell = 0; spell < 6 && busy.length > 0; spell++) {
    const before = new Map(busy.map((pid) => [pid, processorTicks(pid)]));
    // Long enough that a busy machine gives every busy process its share.
    await sleep(5_000);
    busy = busy.filter((pid) => processorTicks(pid) - (before.get(pid) ?? 0) > 100);
  }
  return busy;
}

/** The workers table lists both live workers, and no dead one as live. */
export async function workersTableIsAccurate({ world }: Evidence): Promise<Breach[]> {
  const rows = await world.query<{ id: string; pid: number; age: number; concurrency: number }>(
    'SELECT id, pid, concurrency, extract(epoch FROM now() - heartbeat_at)::float8 AS age FROM workers',
  );
  const living = new Set(workerNames.map((name) => world.service(name).pid));
  const promise = 'the workers table lists the live workers';
  const breaches: Breach[] = [];
  for (const pid of living) {
    const mine = rows.filter((row) => row.pid === pid && row.age < 5);
    if (mine.length !== 1) breaches.push({ promise, detail: `the live worker ${pid} has ${mine.length} fresh rows` });
  }
  for (const { pid, age } of rows) {
    if (!living.has(pid) && age < 10)
      breaches.push({ promise, detail: `the worker ${pid} is dead, its heartbeat ${age} s old` });
  }
  return breaches;
}

/** Without a claimable job, no permit waits, and no dead worker holds one. */
export async function permitsAgreeWithRows({ world }: Evidence): Promise<Breach[]> {
  const redis = createClient({ url: world.servers.redisUrl });
  redis.on('error', () => undefined);
  await redis.connect();
  const key = (name: string) => `${redisPrefix}:permits:${name}`;
  try {
    let left: string[] = [];
    // bee-queue finds the permits of dead workers by two checks, six seconds apart.
    for (let tries = 0; tries < 100; tries++) {
      const lists = ['waiting', 'active'].map(async (list) => {
        const ids = await redis.lRange(key(list), 0, -1);
        return ids.map((id) => ({ list, id }));
      });
      const ids = (await Promise.all(lists)).flat();
      if (ids.length === 0) return [];
      left = await Promise.all(
        ids.map(
          async ({ list, id }) => `${id} ${list}, ${(await redis.hExists(key('jobs'), id)) ? 'with' : 'without'} data`,
        ),
      );
      await sleep(400);
    }
    return [
      { promise: 'permits and rows agree', detail: `no row is claimable, but permits are left: ${left.join('; ')}` },
    ];
  } finally {
    redis.destroy();
  }
}

/** Both servers report OK. */
export async function healthIsGood({ world, accounts }: Evidence): Promise<Breach[]> {
  const breaches: Breach[] = [];
  for (const url of world.apiUrls) {
    let answer = '';
    for (let tries = 0; tries < 40; tries++) {
      const headers = authorization(accounts.operator.key.secret);
      const response = await fetch(`${url}/health/ready`, { headers, signal: AbortSignal.timeout(10_000) });
      answer = await response.text();
      if (response.status === 200 && /"status":"OK"/.test(answer.slice(0, 60))) break;
      if (tries === 39)
        breaches.push({ promise: 'health is OK after healing', detail: `${url}: ${answer.slice(0, 600)}` });
      await sleep(500);
    }
  }
  return breaches;
}
