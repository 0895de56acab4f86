import type { Database } from '../../connections/database.ts';
import { workerSilenceSeconds } from '../../fleet/workers.ts';
import { Costs, costKeys, type LearnedCost } from '../costs.ts';
import { expectStages, type Span, totalOf, type WorkRow, workFacts } from '../estimate.ts';
import { readCosts } from '../learner.ts';
import { type Forecast, playQueue, type Queue, type WaitingRow } from './play.ts';

/** Tenants that are looked at; those behind them get no forecast. */
const mostTenants = 200;
/** Waiting rows that are counted, of all tenants together. */
const mostRows = 20_000;
/** Rows at the heads of the queues that are read one by one, of all tenants together; behind them every twentieth part of what is before. */
const mostHeads = 1_000;

/**
 * The waiting rows of each tenant in the order of claiming: the first ones each, then fewer and fewer, and the last.
 * Reads an index and no more than $2 entries of it; only of the rows it returns the table.
 * $1 tenants at most, $2 index entries at most, $3 rows at the heads
 */
const waitingRows = `
WITH RECURSIVE tenants_waiting(tenant_id) AS (
    (SELECT tenant_id FROM jobs WHERE status = 'PENDING' AND due_at IS NULL ORDER BY tenant_id LIMIT 1)
    UNION ALL
    (SELECT next.tenant_id FROM tenants_waiting t
      CROSS JOIN LATERAL (
        SELECT j.tenant_id FROM jobs j
         WHERE j.status = 'PENDING' AND j.due_at IS NULL AND j.tenant_id > t.tenant_id
         ORDER BY j.tenant_id LIMIT 1) next)
), tenants AS MATERIALIZED (
    SELECT tenant_id FROM tenants_waiting LIMIT $1
), share AS MATERIALIZED (
    SELECT greatest(1, count(*)) AS n FROM tenants
), marked AS (
    SELECT row.* FROM tenants t
     CROSS JOIN LATERAL (
        SELECT first.id, row_number() OVER (ORDER BY first.claim_order, first.id) AS rank, count(*) OVER () AS counted
          FROM (SELECT j.id, j.claim_order FROM jobs j
                 WHERE j.status = 'PENDING' AND j.due_at IS NULL AND j.tenant_id = t.tenant_id
                 ORDER BY j.claim_order, j.id LIMIT (SELECT $2::int / n FROM share)) first) row
     WHERE row.rank <= (SELECT $3::int / n FROM share) OR row.rank = row.counted
        OR floor(20 * ln(row.rank)) > floor(20 * ln(greatest(1, row.rank - 1)))
)
SELECT j.tenant_id AS "tenantId", j.id, extract(epoch FROM j.claim_order)::float8 * 1000 AS "claimOrder", marked.rank::int AS rank,
       s.storage_key IS NULL AS "toDownload", s.bytes AS "sourceBytes", j.options, j.pages_total AS "pagesTotal", j.pages_done AS "pagesDone"
  FROM marked JOIN jobs j ON j.id = marked.id JOIN sources s ON s.id = j.source_id
UNION ALL
(SELECT j.tenant_id, j.id, extract(epoch FROM j.claim_order)::float8 * 1000, 0,
        s.storage_key IS NULL, s.bytes, j.options, j.pages_total, j.pages_done
   FROM jobs j JOIN sources s ON s.id = j.source_id
  WHERE j.due_at IS NOT NULL AND j.status IN ('PENDING', 'RETRYING') AND j.due_at <= now()
  ORDER BY j.due_at, j.id LIMIT $3)
 ORDER BY "claimOrder", id`;

/** What runs and lives, as many rows as the fleet has slots. */
const runningRows = `
SELECT j.tenant_id AS "tenantId", extract(epoch FROM now() - j.started_at)::float8 AS "seconds",
       extract(epoch FROM j.eta - now())::float8 AS "left",
       s.storage_key IS NULL AS "toDownload", s.bytes AS "sourceBytes", j.options, j.pages_total AS "pagesTotal", j.pages_done AS "pagesDone"
  FROM jobs j JOIN sources s ON s.id = j.source_id
 WHERE j.status = 'RUNNING' AND j.lease_expires_at > now()`;

const limitsOf = 'SELECT id, max_running AS most FROM tenants WHERE id = ANY($1::uuid[]) AND max_running IS NOT NULL';

const slotsNow = `
SELECT now() AS "takenAt", coalesce(sum(concurrency), 0)::int AS slots FROM workers WHERE heartbeat_at > now() - $1 * interval '1 second'`;

interface Waiting extends WorkRow {
  tenantId: string;
  id: string;
  claimOrder: number;
  /** 0 for one that was due at some time: its rank follows from its order. */
  rank: number;
}

interface Running extends WorkRow {
  tenantId: string;
  seconds: number;
  left: number | null;
}

/** Looks at the queue, the fleet and what runs: four statements, bounded whatever the number of jobs. */
async function readQueue({ database }: { database: Database }, costs: Costs): Promise<{ takenAt: Date; queue: Queue }> {
  const [fleet] = await database.query<{ takenAt: Date; slots: number }>(slotsNow, [workerSilenceSeconds]);
  if (fleet === undefined) throw new Error('a sum has no row');
  const running = await database.query<Running & Record<string, unknown>>(runningRows, []);
  const rows = await database.query<Waiting & Record<string, unknown>>(waitingRows, [mostTenants, mostRows, mostHeads]);
  const workOf = (row: WorkRow) => totalOf(expectStages(workFacts(row), costs));
  const waiting = new Map<string, WaitingRow[]>();
  const due = new Map<string, number>();
  for (const { tenantId, id, claimOrder, rank, ...row } of rows) {
    const tenant = waiting.get(tenantId) ?? [];
    waiting.set(tenantId, tenant);
    // A row that became due stands among the others: those behind it move up by one.
    if (rank === 0) due.set(tenantId, (due.get(tenantId) ?? 0) + 1);
    const before = tenant.at(-1)?.rank ?? 0;
    tenant.push({
      id,
      claimOrder,
      rank: rank === 0 ? before + 1 : rank + (due.get(tenantId) ?? 0),
      work: workOf(row),
    });
  }
  const limits = await database.query<{ id: string; most: number }>(limitsOf, [[...waiting.keys()]]);
  const queue = {
    limits: new Map(limits.map(({ id, most }) => [id, most])),
    slots: fleet.slots,
    running: running.map((row) => ({ tenantId: row.tenantId, rest: restOf(row, workOf) })),
    waiting,
    usual: costs.of(costKeys.service()).mean,
  };
  return { takenAt: fleet.takenAt, queue };
}

/** As its worker says; before it does, what the work takes but for what has passed. */
function restOf(row: Running, workOf: (row: WorkRow) => Span): number {
  if (row.left !== null) return Math.max(0, row.left);
  const { mean } = workOf(row);
  return Math.max(mean - row.seconds, mean / 10);
}

/** What the row of the forecast holds. */
interface Stored {
  queue: Forecast;
  costs: LearnedCost[];
}

const store = `
WITH settings AS MATERIALIZED (SELECT set_config('synchronous_commit', 'off', true))
INSERT INTO forecast AS f (id, version, taken_at, data) SELECT 1, 1, $1, $2::jsonb FROM settings
ON CONFLICT (id) DO UPDATE
   SET version = f.version + (f.data -> 'queue' IS DISTINCT FROM EXCLUDED.data -> 'queue')::int, taken_at = EXCLUDED.taken_at, data = EXCLUDED.data`;

/** What a forecast was made of, and when. */
export interface Made {
  takenAt: Date;
  queue: Queue;
  forecast: Forecast;
  costs: Costs;
}

/** Makes a forecast and leaves it where every API process finds it. */
export async function makeForecast(context: { database: Database }): Promise<Made> {
  const learned = await readCosts(context);
  const costs = new Costs(learned);
  const { takenAt, queue } = await readQueue(context, costs);
  const forecast = playQueue(queue);
  const stored: Stored = { queue: forecast, costs: learned };
  await context.database.query(store, [takenAt, JSON.stringify(stored)]);
  return { takenAt, queue, forecast, costs };
}

/** A forecast as an API process has it. */
export interface KnownForecast {
  /** Rises when a forecast differs from the one before. */
  version: number;
  queue: Forecast;
  costs: Costs;
  /** When it was made, in milliseconds by this process's clock. */
  madeAt: number;
}

/** The newest forecast; null if there never was one. */
export async function readForecast(context: { database: Database }): Promise<KnownForecast | null> {
  const [row] = await context.database.query<{ version: number; age: number; data: Stored }>(
    `SELECT version, extract(epoch FROM clock_timestamp() - taken_at)::float8 AS age, data FROM forecast WHERE id = 1`,
    [],
  );
  if (row === undefined) return null;
  const { queue, costs } = row.data;
  return { version: row.version, queue, costs: new Costs(costs), madeAt: Date.now() - row.age * 1000 };
}
