import type { BatchState } from './batch-counts.ts';
import type { DocumentKind } from './documents.ts';

/** A broken promise. */
export interface Breach {
  promise: string;
  detail: string;
  /** The subject: the UUID of a job, or the public id of a job or batch. */
  about?: string;
}

/** A client's intent to create one job. */
export interface Intent {
  /** The name of the client's tenant. */
  tenant: string;
  /** Also the name of its job. */
  name: string;
  kind: DocumentKind;
  key: string | null;
  maxRetries: number;
  /** Whether a webhook delivers its end. */
  webhook: boolean;
  /** Requests whose outcome stayed unknown. */
  unknown: number;
  /** Ids of jobs in responses of createJob. */
  answers: Set<string>;
}

/** A client's intent to create one batch. */
export interface BatchIntent {
  /** The name of the client's tenant. */
  tenant: string;
  /** Also the name of the batch. */
  name: string;
  /** The kind of each item. */
  kinds: DocumentKind[];
  key: string | null;
  /** The webhook's events: the end of the batch, or also its progress and the ends of its jobs. */
  webhook: 'nothing' | 'ends' | 'everything';
  unknown: number;
  /** Ids of batches in responses of createBatch. */
  answers: Set<string>;
}

type RequestState = 'sent' | 'answered';

/** A watched object, by its public id. */
export interface Watched<Event extends SeenEvent> {
  id: string;
  views: View<Event>[];
}

/** A job as the clients know it. */
export interface ClientJob extends Watched<SeenEvent> {
  intent: Intent;
  cancelled: RequestState | null;
  deleted: RequestState | null;
  retried: RequestState | null;
}

/** A batch as the clients know it. */
export interface ClientBatch extends Watched<SeenBatch> {
  intent: BatchIntent;
  cancelled: RequestState | null;
  /** Periods in which jobs may have been retried: from a request to its response, or forever without one. */
  retries: { from: number; to: number }[];
  /** Jobs that a client has asked to delete, by public id, with their status at that time. */
  deleted: Map<string, { status: string; answered: boolean }>;
  /** All states seen in queries. */
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
  /** The time of the state, by the clock of PostgreSQL. */
  at: number;
}

/** The events that one watcher saw over all its connections. */
export interface View<Event extends SeenEvent = SeenEvent> {
  by: 'WebSocket' | 'SSE';
  connections: number;
  events: Event[];
  /** final: it saw the end. gone: it got NOT_FOUND. */
  end: 'final' | 'gone' | null;
}

/** The actions and observations of clients, to be compared with the database at the end. */
export class Journal {
  readonly intents: Intent[] = [];
  readonly jobs = new Map<string, ClientJob>();
  readonly batchIntents: BatchIntent[] = [];
  readonly batches = new Map<string, ClientBatch>();
  readonly breaches: Breach[] = [];
  readonly counts = new Map<string, number>();
  /** Storage keys of jobs whose first deleteJob was answered: the bytes must be gone unless other jobs use them. */
  readonly deletedBytes: { id: string; key: string }[] = [];
  /** Ids of jobs that an operator has asked to retry, together with others. */
  readonly retriedInBulk = new Set<string>();
  /** Ids of jobs that an operator has asked to archive, and nobody to delete. All of them are restored at the end. */
  readonly archivedInBulk = new Set<string>();
  /** Ids of jobs and batches that a tenant's clients saw, by the tenant's name. */
  readonly seen = new Map<string, Set<string>>();
  /** Answered mutations, which the audit log must contain. */
  readonly answered: { action: string; target: string }[] = [];

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  /** Records that a client of a tenant saw these jobs or batches. */
  see(tenant: string, ids: Iterable<string>): void {
    const seen = this.seen.get(tenant) ?? new Set();
    this.seen.set(tenant, seen);
    for (const id of ids) seen.add(id);
  }

  /** The jobs of a tenant's clients. */
  jobsOf(tenant: string): ClientJob[] {
    return [...this.jobs.values()].filter(({ intent }) => intent.tenant === tenant);
  }

  /** The batches of a tenant's clients. */
  batchesOf(tenant: string): ClientBatch[] {
    return [...this.batches.values()].filter(({ intent }) => intent.tenant === tenant);
  }

  breach(promise: string, detail: string, about?: string): void {
    this.breaches.push({ promise, detail, about });
  }

  /** Records a response of createJob. Returns the job if it is the first response with this id. */
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

  /** Records a response of createBatch. Returns the batch if it is the first response with this id. */
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
