import type pg from 'pg';
import { decodeId, encodeId } from '../src/ids.ts';
import type { Accounts } from './account.ts';
import { type BatchState, batchState, describeState } from './batch-counts.ts';
import type { DocumentKind } from './documents.ts';
import type { Breach, ClientBatch, ClientJob, Journal } from './journal.ts';
import type { Observer } from './observer.ts';
import type { Receiver } from './receiver.ts';
import type { References } from './reference.ts';
import type { World } from './world.ts';

export interface JobRow {
  id: string;
  name: string;
  status: 'PENDING' | 'RUNNING' | 'RETRYING' | 'COMPLETED' | 'FAILED' | 'CANCELLED';
  revision: number;
  percent: number;
  pages_done: number;
  pages_total: number | null;
  attempt: number;
  run: number;
  retry_count: number;
  max_retries: number;
  failure_code: string | null;
  engine: string | null;
  source_id: string;
  sealed_password: string | null;
  batch_id: string | null;
  batch_index: number | null;
}

export interface BatchRow extends Omit<BatchState, 'progressPercentage'> {
  id: string;
  name: string;
  percent: number;
}

export interface AttemptRow {
  job_id: string;
  number: number;
  worker_id: string | null;
  failure_code: string | null;
  started_at: Date;
  finished_at: Date;
}

/** Everything that checks may use, once all is healed and final. */
export interface Evidence {
  world: World;
  accounts: Accounts;
  journal: Journal;
  observer: Observer;
  references: ReadonlyMap<string, References>;
  receiver: Receiver;
  kinds: readonly DocumentKind[];
  jobs: ReadonlyMap<string, JobRow>;
  attempts: ReadonlyMap<string, AttemptRow[]>;
  batches: ReadonlyMap<string, BatchRow>;
  /** The document of a job, alone or in a batch; undefined in the same cases as `clientJob`. */
  kindOf(job: JobRow): DocumentKind | undefined;
  /** The job of a client by its UUID; undefined for jobs of the harness and jobs that were never acknowledged. */
  clientJob(id: string): ClientJob | undefined;
}

/** Checks one promise against the evidence. */
export type Check = (evidence: Evidence) => Promise<Breach[]> | Breach[];

export async function gatherEvidence(
  given: Pick<Evidence, 'world' | 'accounts' | 'journal' | 'observer' | 'references' | 'receiver' | 'kinds'>,
): Promise<Evidence> {
  const { world, journal } = given;
  const read = <Row extends pg.QueryResultRow>(text: string) => world.query<Row>(text);
  const jobs = await read<JobRow>('SELECT * FROM jobs');
  const attempts = groupBy(
    await read<AttemptRow>('SELECT * FROM job_attempts ORDER BY job_id, number'),
    (attempt) => attempt.job_id,
  );
  const batches = await read<BatchRow>('SELECT * FROM batches');
  const clientJobs = new Map([...journal.jobs.values()].map((job) => [uuidOf(job.id), job]));
  const clientBatches = new Map([...journal.batches.values()].map((batch) => [uuidOf(batch.id), batch]));
  return {
    ...given,
    jobs: new Map(jobs.map((job) => [job.id, job])),
    attempts,
    batches: new Map(batches.map((batch) => [batch.id, batch])),
    kindOf: ({ id, batch_id, batch_index }) =>
      batch_id === null
        ? clientJobs.get(id)?.intent.kind
        : clientBatches.get(batch_id)?.intent.kinds[batch_index ?? -1],
    clientJob: (id) => clientJobs.get(id),
  };
}

/** The UUID of a public job or batch id. */
export function uuidOf(id: string): string {
  const uuid = decodeId('job', id) ?? decodeId('batch', id);
  if (uuid === null) throw new Error(`${id} is not the id of a job or batch`);
  return uuid;
}

/** The state in a row, as clients see it. */
export function stateOf({ percent, ...row }: BatchRow): BatchState {
  return batchState.parse({ ...row, progressPercentage: percent });
}

/** Everything known about a job or batch, for people. */
export function describeSubject(evidence: Evidence, id: string): string[] {
  const batch = evidence.journal.batches.get(id);
  return batch === undefined ? describeJob(evidence, id) : describeBatch(evidence, batch);
}

/** The row, its jobs, and what its clients did and saw. */
function describeBatch({ batches, jobs }: Evidence, client: ClientBatch): string[] {
  const { id, intent, cancelled, retries, deleted, views } = client;
  const mine = [...jobs.values()].filter(({ batch_id }) => batch_id === uuidOf(id));
  const { key, unknown, webhook } = intent;
  return [
    `${id} ${JSON.stringify(batches.get(uuidOf(id)) ?? 'is not there')}`,
    `its jobs: ${mine.map(({ batch_index, status, run }) => `${batch_index} ${status} run ${run}`).join(', ')}`,
    `its client: ${JSON.stringify({ cancelled, retries, deleted: [...deleted], key, unknown, webhook })}`,
    ...views.map(({ by, connections, end, events }) => {
      const last = events.slice(-12).map(({ state, at }) => `${new Date(at).toISOString()} ${describeState(state)}`);
      return `${by}, ${connections} connections, ${end ?? 'no end'}: ${last.join('; ')}`;
    }),
  ];
}

/** The row, its history, and what its clients saw. */
function describeJob(evidence: Evidence, id: string): string[] {
  const uuid = id.startsWith('job_') ? uuidOf(id) : id;
  const job = evidence.jobs.get(uuid);
  const client = evidence.clientJob(uuid);
  const lines = [
    `${encodeId('job', uuid)} ${job === undefined ? 'is not there' : JSON.stringify({ ...job, document: undefined })}`,
  ];
  for (const { number, worker_id, failure_code, started_at, finished_at } of evidence.attempts.get(uuid) ?? []) {
    const pid = worker_id === null ? null : evidence.observer.workerPids.get(worker_id);
    const times = `${started_at.toISOString()} to ${finished_at.toISOString()}`;
    lines.push(`attempt ${number}: ${times}, ${failure_code ?? 'no failure'}, worker ${worker_id} (pid ${pid})`);
  }
  if (client !== undefined) {
    const { cancelled, deleted, retried, intent } = client;
    lines.push(
      `its client: ${JSON.stringify({ cancelled, deleted, retried, key: intent.key, unknown: intent.unknown })}`,
    );
    for (const view of client.views) {
      const events = view.events.slice(-12).map(({ cursor, status, percent }) => `${cursor} ${status} ${percent}%`);
      lines.push(`${view.by}, ${view.connections} connections, ${view.end ?? 'no end'}: ${events.join(', ')}`);
    }
  }
  return lines;
}

export function groupBy<Key, Value>(values: Iterable<Value>, keyOf: (value: Value) => Key): Map<Key, Value[]> {
  const groups = new Map<Key, Value[]>();
  for (const value of values) {
    const group = groups.get(keyOf(value));
    if (group === undefined) groups.set(keyOf(value), [value]);
    else group.push(value);
  }
  return groups;
}
