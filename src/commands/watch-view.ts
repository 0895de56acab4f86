import type { ProgressFragment } from '../client/generated/graphql.ts';
import type { Ended, WatchedEvent } from './watch-messages.ts';

/** A job or batch on the command line, or a document that becomes one. */
export interface Item {
  /** As given on the command line. */
  argument: string;
  /** As shown to people. */
  label: string;
}

export interface SubmittedJob {
  id: string;
  /** Whether an earlier call with this idempotency key created it. */
  deduplicated: boolean;
}

/** A failed job of a batch. */
export type FailedJob = Pick<ProgressFragment, 'jobId' | 'name' | 'failure'>;

/** The output of a command. Standard output is for programs (ids, JSON), standard error for people. */
export interface JobView {
  uploading(item: Item, bytesSent: number, bytesTotal: number | null): void;
  submitted(item: Item, job: SubmittedJob): void;
  progress(item: Item, event: WatchedEvent): void;
  /** A job of a batch has failed. */
  failed(item: Item, job: FailedJob): void;
  /** A job or batch is final, and its results, if requested, are in `files`. */
  finished(item: Item, ended: Ended, files: string[]): void;
  /** An item failed before it became a job or batch, or while it was watched. */
  refused(item: Item, error: unknown): void;
  /** A message that is not about a single active item. */
  note(line: string): void;
  close(): void;
}

export interface IdPrinter {
  /** Sets the id of an item; null if it has none. */
  settle(item: Item, id: string | null): void;
  /** Prints the ids that still wait for an earlier item. */
  close(): void;
}

/** Prints the ids of jobs in the order of their documents, independent of the order of submission. */
export function createIdPrinter(items: Item[], write: (line: string) => void): IdPrinter {
  const settled = new Map<Item, string | null>();
  let next = 0;
  function printHead(head: Item): void {
    const id = settled.get(head);
    if (id) write(id);
  }
  return {
    settle(item, id) {
      // The first result counts: a submitted job may still be refused later.
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
