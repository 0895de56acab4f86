import type { DocumentKind } from './documents.ts';

/** Something that must not be. */
export interface Breach {
  promise: string;
  detail: string;
  /** Bare UUID. */
  jobId?: string;
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

type Wish = 'asked' | 'answered';

/** A job as the clients know it, by its public id. */
export interface ClientJob {
  id: string;
  intent: Intent;
  cancelled: Wish | null;
  deleted: Wish | null;
  retried: Wish | null;
  views: View[];
}

export interface SeenEvent {
  cursor: string;
  revision: number;
  status: string;
  percent: number;
}

/** What one watcher saw of a job, over all its connections. */
export interface View {
  by: 'WebSocket' | 'SSE';
  connections: number;
  events: SeenEvent[];
  /** final: it saw the end. gone: it was told that there is no such job. */
  end: 'final' | 'gone' | null;
}

/** What the clients did and saw, to be held against the database in the end. */
export class Journal {
  readonly intents: Intent[] = [];
  readonly jobs = new Map<string, ClientJob>();
  readonly breaches: Breach[] = [];
  readonly counts = new Map<string, number>();
  /** Storage keys that were of jobs whose first deleteJob answered: the bytes must be gone, unless others use them. */
  readonly deletedBytes: { id: string; key: string }[] = [];

  count(what: string, by = 1): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + by);
  }

  breach(promise: string, detail: string, jobId?: string): void {
    this.breaches.push({ promise, detail, jobId });
  }

  /** createJob has answered. True: it is the first answer that names this job. */
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
}
