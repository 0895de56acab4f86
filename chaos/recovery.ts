import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { decodeId, encodeId } from '../src/ids.ts';
import type { Account } from './account.ts';
import { type Api, untilKnown } from './api.ts';
import { bytesOf, documentKinds } from './documents.ts';
import type { Observer } from './observer.ts';
import { workerNames } from './schedule.ts';
import type { World } from './world.ts';

/** Maximum time until all jobs are final after healing, except those waiting for a retry, in milliseconds. */
const settleMs = 120_000;
/** Extra time for retries, in milliseconds. Backoff is five minutes at most, but only after many failures. */
const retryMs = 60_000;

/** Waits until no job is left to do. Returns the jobs that took too long. */
export async function untilSettled(world: World, signal: AbortSignal): Promise<string[]> {
  const begin = Date.now();
  for (;;) {
    const rows = await world.query<{ id: string; name: string; status: string; dueIn: number | null }>(
      `SELECT id, name, status, extract(epoch FROM due_at - now())::float8 AS "dueIn" FROM jobs WHERE finished_at IS NULL`,
    );
    if (rows.length === 0 && (await world.query('SELECT 1 FROM batch_changes')).length === 0) return [];
    const waited = Date.now() - begin;
    const nextDue = Math.max(0, ...rows.map(({ dueIn }) => (dueIn ?? 0) * 1000));
    if (waited > settleMs && nextDue < 1_000 && waited > settleMs + retryMs) {
      return rows.map(
        ({ id, name, status }) => `"${name}" ${id} is ${status} ${Math.round(waited / 1000)} s after healing`,
      );
    }
    await sleep(100, undefined, { signal });
  }
}

/** Maximum time until the operations of operators end after healing, in milliseconds. */
const operateMs = 60_000;

/** Waits until every bulk operation has ended. Returns those that take too long. */
export async function untilOperated(world: World, signal: AbortSignal): Promise<string[]> {
  const begin = Date.now();
  for (;;) {
    const rows = await world.query<{ id: string; kind: string }>(
      `SELECT id, kind::text FROM bulk_operations WHERE status = 'RUNNING'`,
    );
    if (rows.length === 0) return [];
    if (Date.now() - begin > operateMs) return rows.map(({ id, kind }) => `${kind} ${id} is still RUNNING`);
    await sleep(100, undefined, { signal });
  }
}

/** Waits until all requested changes to the jobs of a batch are done; retries while the database is down. */
export async function untilChanged(world: World, id: string, signal: AbortSignal): Promise<void> {
  const left = () => world.query('SELECT 1 FROM batch_changes WHERE batch_id = $1', [decodeId('batch', id)]);
  while ((await left().catch(() => [null])).length > 0) await sleep(100, undefined, { signal });
}

/** Maximum time for counting, in milliseconds. Maintenance looks for uncounted changes every second. */
const countMs = 15_000;

/** Waits until every batch is fully counted. Returns the batches that took too long. */
export async function untilCounted(world: World, signal: AbortSignal): Promise<string[]> {
  const begin = Date.now();
  for (;;) {
    const rows = await world.query<{ id: string; name: string; status: string }>(
      `SELECT id, name, status FROM batches b
        WHERE finished_at IS NULL OR EXISTS (SELECT FROM batch_deltas d WHERE d.batch_id = b.id)`,
    );
    if (rows.length === 0) return [];
    if (Date.now() - begin > countMs) {
      return rows.map(({ id, name, status }) => `"${name}" ${id} is ${status}, though all its jobs have ended`);
    }
    await sleep(100, undefined, { signal });
  }
}

const createJob = 'mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id } } }';
const shape = z.object({ createJob: z.object({ job: z.object({ id: z.string() }) }) });
const recoveryMs = 60_000;

/**
 * Submits jobs until each worker has run one: a worker that gets no wake-ups any more would look alive and do nothing.
 * Returns the workers that ran none.
 */
export async function recoverFleet(
  world: World,
  { api, observer, signal }: { api: Api; observer: Observer; signal: AbortSignal },
): Promise<string[]> {
  const kind = documentKinds.find(({ name }) => name === 'large');
  if (kind === undefined) throw new Error('there is no large document');
  const base64 = bytesOf(kind, 0).toString('base64');
  const begin = Date.now();
  const [clock] = await world.query<{ now: Date }>('SELECT now()');
  for (let round = 0; ; round++) {
    const input = { name: `recovery ${round}`, source: { base64 } };
    for (let n = 0; n < 8; n++) await untilKnown(() => api.ask(createJob, { input }, shape), { signal });
    for (const detail of await untilSettled(world, signal)) return [detail];
    const rows = await world.query<{ id: string }>('SELECT DISTINCT worker_id AS id FROM jobs WHERE started_at > $1', [
      clock?.now,
    ]);
    const pids = new Set(rows.map(({ id }) => observer.workerPids.get(id)));
    const idle = workerNames.filter((name) => !pids.has(world.service(name).pid ?? -1));
    if (idle.length === 0) return [];
    if (Date.now() - begin > recoveryMs) {
      return idle.map((name) => `${name} has taken no job for ${recoveryMs / 1000} s, while the other worker was busy`);
    }
  }
}

const redeliver = 'mutation ($id: ID!) { redeliverWebhook(id: $id) { delivery { id } } }';
const redeliverShape = z.object({ redeliverWebhook: z.object({ delivery: z.object({ id: z.string() }) }) });
/**
 * Deliveries due later than this have failed several times because of the unreliable receiver: redeliver them at once.
 */
const patientSeconds = 35;
const deliverMs = 120_000;

/** Waits until all webhooks are delivered. Returns those that are not. */
export async function untilDelivered(
  world: World,
  tenants: readonly Account[],
  signal: AbortSignal,
): Promise<string[]> {
  const begin = Date.now();
  for (;;) {
    const rows = await world.query<{ id: string; tenant: string; event: string; dueIn: number; attempt: number }>(
      `SELECT d.id, t.name AS tenant, event::text, attempt, extract(epoch FROM due_at - now())::float8 AS "dueIn"
         FROM webhook_deliveries d JOIN tenants t ON t.id = d.tenant_id WHERE status = 'PENDING'`,
    );
    if (rows.length === 0) return [];
    if (Date.now() - begin > deliverMs) {
      return rows.map(({ id, event, attempt, dueIn }) => {
        return `${event} ${encodeId('delivery', id)} is not delivered after ${attempt} attempts; due in ${Math.round(dueIn)} s`;
      });
    }
    for (const { id, tenant } of rows.filter(({ dueIn }) => dueIn > patientSeconds)) {
      const account = tenants.find(({ name }) => name === tenant);
      if (account === undefined) return [`a delivery of the tenant ${tenant}, which has no webhooks`];
      await untilKnown(() => account.api.ask(redeliver, { id: encodeId('delivery', id) }, redeliverShape), { signal });
    }
    await sleep(500, undefined, { signal });
  }
}
