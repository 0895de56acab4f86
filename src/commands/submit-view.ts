import type { ProgressFragment } from '../client/generated/graphql.ts';
import type { FinishedJob } from './submit-messages.ts';
import type { SubmitSource } from './submit-sources.ts';

export interface SubmittedJob {
  id: string;
  /** True if an earlier call with this idempotency key made the job. */
  deduplicated: boolean;
}

/** What the command shows. Standard output belongs to programs (ids, JSON), standard error to people. */
export interface SubmitView {
  uploading(source: SubmitSource, bytesSent: number, bytesTotal: number | null): void;
  submitted(source: SubmitSource, job: SubmittedJob): void;
  progress(source: SubmitSource, event: ProgressFragment): void;
  /** The job is final and, where asked for, its result written to `files`. */
  finished(source: SubmitSource, job: FinishedJob, files: string[]): void;
  /** It went wrong on the way, for this document. */
  refused(source: SubmitSource, error: unknown): void;
  /** Something that concerns no document alone, or none any more. */
  note(line: string): void;
  close(): void;
}

export interface IdPrinter {
  /** `null`: there is none. */
  settle(source: SubmitSource, id: string | null): void;
  /** Nothing more is settled: prints what still waited for a document before it. */
  close(): void;
}

/** Prints the ids of jobs in the order of their documents, whichever is submitted first. */
export function createIdPrinter(sources: SubmitSource[], write: (line: string) => void): IdPrinter {
  const settled = new Map<SubmitSource, string | null>();
  let next = 0;
  function printHead(head: SubmitSource): void {
    const id = settled.get(head);
    if (id) write(id);
  }
  return {
    settle(source, id) {
      // What is settled stays so: a job that was submitted can still be refused later on.
      if (settled.has(source)) return;
      settled.set(source, id);
      for (let head = sources[next]; head !== undefined && settled.has(head); head = sources[++next]) printHead(head);
    },
    close() {
      for (const head of sources.slice(next)) printHead(head);
      next = sources.length;
    },
  };
}

export function toStdout(line: string): void {
  process.stdout.write(`${line}\n`);
}

export function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
