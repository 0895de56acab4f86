import { describeState, isFinalBatch, wrongIn } from '../batch-counts.ts';
import { nameOfItem } from '../batch-submitter.ts';
import { type Evidence, groupBy, stateOf, uuidOf } from '../evidence.ts';
import type { Breach, ClientBatch } from '../journal.ts';

/** An acknowledged batch exists and is final, and a cancelled one is cancelled. */
export function acknowledgedBatchesAreFinal({ journal, batches }: Evidence): Breach[] {
  journal.count('batches', batches.size);
  return [...journal.batches.values()].flatMap(({ id, intent, cancelled, retries }): Breach[] => {
    const row = batches.get(uuidOf(id));
    if (row === undefined)
      return [{ promise: 'an acknowledged batch is never lost', detail: `"${intent.name}" is gone`, about: id }];
    journal.count(`batches ${row.status}`);
    const detail = describeState(stateOf(row));
    const wrong = wrongIn(stateOf(row), intent.kinds.length);
    if (wrong !== null) return [{ promise: 'no count is wrong', detail: `${wrong} in the row: ${detail}`, about: id }];
    if (!isFinalBatch(row)) return [{ promise: 'every batch reaches a final state', detail, about: id }];
    // If all its jobs ended at that moment anyway, nothing was cancelled.
    if (cancelled !== 'answered' || retries.length > 0 || row.cancelled === 0 || row.status === 'CANCELLED') return [];
    return [{ promise: 'a cancelled batch stays cancelled', detail, about: id }];
  });
}

/** The counts of a batch match the rows of its jobs; deleted jobs stay counted. */
export function batchesAgreeWithTheirJobs({ journal, batches, jobs }: Evidence): Breach[] {
  const byBatch = groupBy(jobs.values(), ({ batch_id }) => batch_id);
  const promise = 'the counts of a batch match its jobs';
  return [...batches.values()].flatMap((row): Breach[] => {
    const client = [...journal.batches.values()].find(({ id }) => uuidOf(id) === row.id);
    if (client === undefined) return [];
    const mine = byBatch.get(row.id) ?? [];
    const gone = [...client.deleted].filter(([id]) => !jobs.has(uuidOf(id)));
    journal.count('jobs of batches that were deleted', gone.length);
    const kept = [...client.deleted].filter(([id, { answered }]) => answered && jobs.has(uuidOf(id)));
    const breaches = kept.map(([about]) => ({ promise: 'a deleted job is gone', detail: 'it still exists', about }));
    const statuses = [...mine.map(({ status }) => status), ...gone.map(([, { status }]) => status)];
    const counted = (status: string) => statuses.filter((each) => each === status).length;
    const [completed, failed, cancelled] = ['COMPLETED', 'FAILED', 'CANCELLED'].map(counted);
    const said = [row.completed, row.failed, row.cancelled];
    const agree = mayDiffer(client)
      ? statuses.length === row.total
      : said.join() === [completed, failed, cancelled].join();
    if (agree) return breaches;
    const detail = `completed, failed, cancelled: ${said.join()}; by its rows and ${gone.length} deleted jobs: ${completed},${failed},${cancelled}`;
    return [...breaches, { promise, detail, about: client.id }];
  });
}

/** Whether an unanswered retry may have restarted a job between the query of its status and its deletion. */
function mayDiffer({ deleted, retries }: ClientBatch): boolean {
  return deleted.size > 0 && retries.some(({ to }) => to === Number.POSITIVE_INFINITY);
}

/** All recorded deltas have been counted. */
export async function noDeltaIsLeft({ world }: Evidence): Promise<Breach[]> {
  const rows = await world.query<{ id: string; n: number }>(
    'SELECT batch_id AS id, count(*)::int AS n FROM batch_deltas GROUP BY batch_id',
  );
  return rows.map(({ id, n }) => ({ promise: 'every transition is counted', detail: `${n} are left of batch ${id}` }));
}

/** All requested changes to the jobs of a batch are done. */
export async function noChangeIsLeft({ world }: Evidence): Promise<Breach[]> {
  const rows = await world.query<{ id: string; kind: string }>('SELECT batch_id AS id, kind::text FROM batch_changes');
  return rows.map(({ id, kind }) => ({ promise: 'every request is carried out', detail: `${kind} of batch ${id}` }));
}

/**
 * One idempotency key creates one batch with each item once; without a key, there are no more batches than requests.
 */
export async function oneKeyOneBatch({ world, journal, batches, jobs }: Evidence): Promise<Breach[]> {
  const promise = 'one idempotency key, one batch';
  const byName = groupBy(batches.values(), ({ name }) => name);
  const byBatch = groupBy(jobs.values(), ({ batch_id }) => batch_id);
  const keys = await world.query<{ tenant: string; key: string; batch_id: string }>(
    `SELECT t.name AS tenant, key, batch_id FROM idempotency_keys k JOIN tenants t ON t.id = k.tenant_id
      WHERE batch_id IS NOT NULL`,
  );
  const byKey = new Map(keys.map(({ tenant, key, batch_id }) => [`${tenant}: ${key}`, batch_id]));
  return journal.batchIntents.flatMap((intent): Breach[] => {
    const rows = byName.get(intent.name) ?? [];
    const about = `"${intent.name}" (key ${intent.key}): ${rows.length} rows, answers ${[...intent.answers].join(' ') || 'none'}`;
    const most = intent.key === null ? intent.answers.size + intent.unknown : 1;
    if (rows.length > most || intent.answers.size > rows.length) return [{ promise, detail: about }];
    const [answer] = intent.answers;
    const named = intent.key === null ? undefined : byKey.get(`${intent.tenant}: ${intent.key}`);
    if (intent.key !== null && named !== rows[0]?.id) return [{ promise, detail: `${about}; the key names ${named}` }];
    return rows.flatMap((row): Breach[] => {
      const deleted = answer === undefined ? undefined : journal.batches.get(answer)?.deleted;
      const gone = [...(deleted?.keys() ?? [])].filter((id) => !jobs.has(uuidOf(id))).length;
      const names = (byBatch.get(row.id) ?? []).map(({ name }) => name);
      const expected = new Set(intent.kinds.map((_, index) => nameOfItem(intent.name, index)));
      const known = new Set(names.filter((name) => expected.has(name)));
      if (names.length + gone === expected.size && known.size === names.length) return [];
      return [{ promise, detail: `${about}: ${names.length} jobs and ${gone} deleted of ${expected.size} items` }];
    });
  });
}
