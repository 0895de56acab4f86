import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { decodeId, encodeId } from '../src/ids.ts';
import { type Api, untilKnown } from './api.ts';
import { bytesOf, documentKinds } from './documents.ts';
import type { Observer } from './observer.ts';
import { workerNames } from './schedule.ts';
import type { World } from './world.ts';

/** After healing, whatever is not waiting for its next try must be final within this time. */
const settleMs = 120_000;
/** A retry's backoff is five minutes at most; only a job with many failures waits that long. */
const patienceMs = 60_000;

/** Waits until no job is left to be done. Answers what took too long. */
export async function untilSettled(world: World, signal: AbortSignal): Promise<string[]> {
  const begin = Date.now();
  for (;;) {
    const rows = await world.query<{ id: string; name: string; status: string; dueIn: number | null }>(
      `SELECT id, name, status, extract(epoch FROM due_at - now())::float8 AS "dueIn" FROM jobs WHERE finished_at IS NULL`,
    );
    if (rows.length === 0 && (await world.query('SELECT 1 FROM batch_changes')).length === 0) return [];
    const waited = Date.now() - begin;
    const nextDue = Math.max(0, ...rows.map(({ dueIn }) => (dueIn ?? 0) * 1000));
    if (waited > settleMs && nextDue < 1_000 && waited > settleMs + patienceMs) {
      return rows.map(
        ({ id, name, status }) => `"${name}" ${id} is ${status} ${Math.round(waited / 1000)} s after healing`,
      );
    }
    await sleep(100, undefined, { signal });
  }
}

/** Waits until nothing is left of what was asked of the jobs of a batch; a database that is away is asked again. */
export async function untilChanged(world: World, id: string, signal: AbortSignal): Promise<void> {
  const left = () => world.query('SELECT 1 FROM batch_changes WHERE batch_id = $1', [decodeId('batch', id)]);
  while ((await left().catch(() => [null])).length > 0) await sleep(100, undefined, { signal });
}

/** Maintenance looks every second for what nobody has counted. */
const countMs = 15_000;

/** Waits until every batch has been counted to its end. Answers what took too long. */
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
 * Gives the fleet work until each worker has had some: one that lost its ear for permits would look alive and do nothing.
 * Answers which did not.
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
      return idle.map((name) => `${name} has taken no job for ${recoveryMs / 1000} s, while the other one was busy`);
    }
  }
}

const redeliver = 'mutation ($id: ID!) { redeliverWebhook(id: $id) { delivery { id } } }';
const redeliverShape = z.object({ redeliverWebhook: z.object({ delivery: z.object({ id: z.string() }) }) });
/** What is due later than this has met its receiver's bad moods several times; nobody waits for that here. */
const patientSeconds = 35;
const tellMs = 120_000;

/** Waits until all that was to be told has been. Answers what was not. */
export async function untilTold(world: World, api: Api, signal: AbortSignal): Promise<string[]> {
  const begin = Date.now();
  for (;;) {
    const rows = await world.query<{ id: string; event: string; dueIn: number; attempt: number }>(
      `SELECT id, event::text, attempt, extract(epoch FROM due_at - now())::float8 AS "dueIn" FROM webhook_deliveries WHERE status = 'PENDING'`,
    );
    if (rows.length === 0) return [];
    if (Date.now() - begin > tellMs) {
      return rows.map(({ id, event, attempt, dueIn }) => {
        return `${event} ${encodeId('delivery', id)} is not told after ${attempt} attempts; due in ${Math.round(dueIn)} s`;
      });
    }
    for (const { id } of rows.filter(({ dueIn }) => dueIn > patientSeconds)) {
      await untilKnown(() => api.ask(redeliver, { id: encodeId('delivery', id) }, redeliverShape), { signal });
    }
    await sleep(500, undefined, { signal });
  }
}
