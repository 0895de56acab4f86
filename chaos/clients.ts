import { setMaxListeners } from 'node:events';
import type { Account } from './account.ts';
import { BatchMutator } from './batch-mutator.ts';
import { runBatchReader } from './batch-reader.ts';
import { runBatchSubmitter } from './batch-submitter.ts';
import type { DocumentServer } from './document-server.ts';
import type { DocumentKind } from './documents.ts';
import { JobMutator } from './job-mutator.ts';
import type { ClientBatch, ClientJob, Journal } from './journal.ts';
import type { Random } from './random.ts';
import type { Receiver } from './receiver.ts';
import { runSubmitter } from './submitter.ts';
import { watchedBatches } from './watched-batches.ts';
import { watchedJobs } from './watched-jobs.ts';
import { Watchers } from './watcher.ts';

export interface ClientsOptions {
  account: Account;
  journal: Journal;
  documents: DocumentServer;
  receiver: Receiver;
  kinds: readonly DocumentKind[];
  random: Random;
  backlog(): number;
  storageKeyOf(id: string): Promise<string | null>;
  changesDone(id: string): Promise<void>;
  signal: AbortSignal;
}

export interface Clients {
  /** Resolves once all started work is done after `stop`; rejects if a client fails. */
  readonly done: Promise<unknown>;
  /** Stops new work. */
  stop(): void;
  /** Call this once all is final: resolves with the number of watchers that have not seen the end in time. */
  missingTheEnd(withinMs: number): Promise<number>;
}

const submitters = 2;

/** All clients of one tenant: they submit, watch, query, cancel, retry and delete jobs and batches. */
export function startClients(options: ClientsOptions): Clients {
  const { account, journal, random, signal } = options;
  const submitting = new AbortController();
  const until = submitting.signal;
  // Hundreds of clients listen to it.
  setMaxListeners(0, until);
  let disconnects = true;
  const watching = { account, journal, disconnects: () => disconnects, signal };
  const watchers = new Watchers({ ...watching, subject: watchedJobs, random: random.fork() });
  const jobMutator = new JobMutator({ ...options, random: random.fork(), watchers, until });
  const doubled = random.fork();
  const stream = {
    ...options,
    until,
    onJob(job: ClientJob) {
      watchers.add(job);
      if (doubled.chance(0.2)) watchers.add(job);
      jobMutator.start(job);
    },
  };
  const running = Array.from({ length: submitters }, () => runSubmitter({ ...stream, random: random.fork() }));

  const batchWatchers = new Watchers({ ...watching, subject: watchedBatches, random: random.fork() });
  const batchMutator = new BatchMutator({ ...options, random: random.fork(), watchers: batchWatchers, until });
  const batchStream = {
    ...options,
    until,
    onBatch(batch: ClientBatch) {
      for (let n = doubled.int(1, 3); n > 0; n--) batchWatchers.add(batch);
      batchMutator.start(batch);
    },
  };
  running.push(runBatchSubmitter({ ...batchStream, random: random.fork() }));
  running.push(runBatchReader({ ...options, random: random.fork(), until }));

  const done = Promise.all(running)
    .then(() => Promise.all([jobMutator.finished(), batchMutator.finished()]))
    .finally(() => {
      disconnects = false;
    });
  return {
    done,
    stop: () => submitting.abort(),
    async missingTheEnd(withinMs) {
      const missing = await watchers.finished(withinMs);
      if ((await batchWatchers.finished(withinMs)) === 0) {
        // A retry without a response may have taken effect after watchers saw an end.
        for (const batch of journal.batchesOf(account.name)) if (batch.retries.length > 0) batchWatchers.recall(batch);
      }
      return missing + (await batchWatchers.finished(withinMs));
    },
  };
}
