import type { ProgressFragment } from '../client/generated/graphql.ts';
import type { Ended, WatchedEvent } from './watch-messages.ts';

/** A job or a batch on the command line, or what becomes one. */
export interface Item {
  /** As it was given. */
  argument: string;
  /** What people are shown. */
  label: string;
}

export interface SubmittedJob {
  id: string;
  /** True if an earlier call with this idempotency key made it. */
  deduplicated: boolean;
}

/** A job of a batch that has failed. */
export type FailedJob = Pick<ProgressFragment, 'jobId' | 'name' | 'failure'>;

/** What the command shows. Standard output belongs to programs (ids, JSON), standard error to people. */
export interface JobView {
  uploading(item: Item, bytesSent: number, bytesTotal: number | null): void;
  submitted(item: Item, job: SubmittedJob): void;
  progress(item: Item, event: WatchedEvent): void;
  /** One of the jobs of a batch. */
  failed(item: Item, job: FailedJob): void;
  /** It is final and, where asked for, its result written to `files`. */
  finished(item: Item, ended: Ended, files: string[]): void;
  /** It went wrong on the way, for this one. */
  refused(item: Item, error: unknown): void;
  /** Something that concerns none alone, or none any more. */
  note(line: string): void;
  close(): void;
}

export interface IdPrinter {
  /** `null`: there is none. */
  settle(item: Item, id: string | null): void;
  /** Nothing more is settled: prints what still waited for a document before it. */
  close(): void;
}

/** Prints the ids of jobs in the order of their documents, whichever is submitted first. */
export function createIdPrinter(items: Item[], write: (line: string) => void): IdPrinter {
  const settled = new Map<Item, string | null>();
  let next = 0;
  function printHead(head: Item): void {
    const id = settled.get(head);
    if (id) write(id);
  }
  return {
    settle(item, id) {
      // What is settled stays so: a job that was submitted can still be refused later on.
      if (settled.has(item)) return;
      settled.set(item, id);
      for (let head = items[next]; head !== undefined && settled.has(head); head = items[++next]) printHead(head);
    },
    close() {
      for (const head of items.slice(next)) printHead(head);
      next = items.length;
    },
  };
}

export function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
