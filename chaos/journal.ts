import type { BatchState } from './batch-counts.ts';
import type { DocumentKind } from './documents.ts';

/** Something that must not be. */
export interface Breach {
  promise: string;
  detail: string;
  /** What it is about: the bare UUID of a job, or the public id of a job or batch. */
  about?: string;
}

/** What a client wants: one job. */
export interface Intent {
  /** Also the name of its job. */
  name: string;
  kind: DocumentKind;
  key: string | null;
  maxRetries: number;
  /** Whether its end is to be told. */
  webhook: boolean;
  /** Requests whose outcome stayed unknown. */
  unknown: number;
  /** Ids of the jobs that createJob answered. */
  answers: Set<string>;
}

/** What a client wants: one batch. */
export interface BatchIntent {
  /** Also the name of the batch. */
  name: string;
  /** Of each item. */
  kinds: DocumentKind[];
  key: string | null;
  /** What is to be told: the ends of the batch, or also its progress and the ends of its jobs. */
  webhook: 'nothing' | 'ends' | 'everything';
  unknown: number;
  /** Ids of the batches that createBatch answered. */
  answers: Set<string>;
}

type Wish = 'asked' | 'answered';

/** What is watched, by its public id. */
export interface Watched<Event extends SeenEvent> {
  id: string;
  views: View<Event>[];
}

/** A job as the clients know it. */
export interface ClientJob extends Watched<SeenEvent> {
  intent: Intent;
  cancelled: Wish | null;
  deleted: Wish | null;
  retried: Wish | null;
}

/** A batch as the clients know it. */
export interface ClientBatch extends Watched<SeenBatch> {
  intent: BatchIntent;
  cancelled: Wish | null;
  /** When jobs of it may have been started anew: from a request to its answer, or for ever if there was none. */
  retries: { from: number; to: number }[];
  /** Jobs of it that a client wanted to be deleted, by public id, with the status that they had. */
  deleted: Map<string, { status: string; answered: boolean }>;
  /** All that was seen of it in queries. */
  queried: BatchState[];
}

export interface SeenEvent {
  cursor: string;
  revision: number;
  status: string;
  percent: number;
}

export interface SeenBatch extends SeenEvent {
  state: BatchState;
  /** Since when it was so, by the clock of PostgreSQL. */
  at: number;
}

/** What one watcher saw, over all its connections. */
export interface View<Event extends SeenEvent = SeenEvent> {
  by: 'WebSocket' | 'SSE';
  connections: number;
  events: Event[];
  /** final: it saw the end. gone: it was told that there is no such job. */
  end: 'final' | 'gone' | null;
}

/** What the clients did and saw, to be held against the database in the end. */
export class Journal {
  readonly intents: Intent[] = [];
  readonly jobs = new Map<string, ClientJob>();
  readonly batchIntents: BatchIntent[] = [];
  readonly batches = new Map<string, ClientBatch>();
  readonly breaches: Breach[] = [];
  readonly counts = new Map<string, number>();
  /** Storage keys that were of jobs whose first deleteJob answered: the bytes must be gone, unless others use them. */
  readonly deletedBytes: { id: string; key: string }[] = [];

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  breach(promise: string, detail: string, about?: string): void {
    this.breaches.push({ promise, detail, about });
  }

  /** createJob has answered. The job, if it is the first answer that names it. */
  acknowledge(intent: Intent, id: string): ClientJob | null {
    intent.answers.add(id);
    if (this.jobs.has(id)) return null;
    const job: ClientJob = {
      id,
      intent,
      cancelled: null,
      deleted: null,
      retried: null,
      views: [],
    };
    this.jobs.set(id, job);
    return job;
  }

  /** createBatch has answered. The batch, if it is the first answer that names it. */
  acknowledgeBatch(intent: BatchIntent, id: string): ClientBatch | null {
    intent.answers.add(id);
    if (this.batches.has(id)) return null;
    const batch: ClientBatch = {
      id,
      intent,
      cancelled: null,
      retries: [],
      deleted: new Map(),
      views: [],
      queried: [],
    };
    this.batches.set(id, batch);
    return batch;
  }
}
