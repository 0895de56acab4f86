import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { type Client, createClient } from '../src/client/client.ts';
import { GraphQLRequestError } from '../src/client/errors.ts';
import { isFinal } from '../src/client/job-progress.ts';
import type { ClientJob, Journal, SeenEvent, View } from './journal.ts';
import type { Random } from './random.ts';
import { progressByEvents } from './server-sent-events.ts';

export interface WatcherOptions {
  urls: readonly string[];
  journal: Journal;
  random: Random;
  /** While this holds, watchers also leave of their own accord. */
  restless(): boolean;
  signal: AbortSignal;
}

/** Watches jobs over WebSocket (the product's own client) and SSE, through whatever happens to the servers. */
export class Watchers {
  readonly #options: WatcherOptions;
  readonly #clients: Client[];
  readonly #running = new Set<Promise<void>>();

  constructor(options: WatcherOptions) {
    this.#options = options;
    this.#clients = options.urls.map((url) => createClient({ url, webSocket: WebSocket }));
  }

  /** Watches a job until its end, each time it is called anew from where it was. */
  watch(job: ClientJob, view: View): void {
    view.end = null;
    const watching = this.#watch(job, view).finally(() => this.#running.delete(watching));
    this.#running.add(watching);
  }

  add(job: ClientJob): void {
    const view: View = {
      by: this.#options.random.chance(0.6) ? 'WebSocket' : 'SSE',
      connections: 0,
      events: [],
      end: null,
    };
    job.views.push(view);
    this.watch(job, view);
  }

  /** Resolves when every watcher has seen an end, or with how many have not when the time is over. */
  async finished(withinMs: number): Promise<number> {
    const deadline = new AbortController();
    const late = sleep(withinMs, undefined, { signal: deadline.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#running), late]);
    deadline.abort();
    return this.#running.size;
  }

  async #watch(job: ClientJob, view: View): Promise<void> {
    const { signal, random, journal } = this.#options;
    while (!signal.aborted && view.end === null) {
      // It leaves after a while, and comes back at any of the servers.
      const leaving = new AbortController();
      const timer = setTimeout(() => this.#options.restless() && leaving.abort(), random.int(300, 8_000));
      view.connections += 1;
      try {
        await this.#connect(job, view, AbortSignal.any([signal, leaving.signal]));
      } catch (error) {
        if (error instanceof GraphQLRequestError && error.code === 'NOT_FOUND') {
          view.end = 'gone';
        } else if (error instanceof GraphQLRequestError && !retryable.includes(error.code)) {
          journal.breach(
            'requests fail with a clear error',
            `jobProgress by ${view.by}: ${error.code} ${error.message}`,
            job.id,
          );
        } else {
          journal.count(`${view.by} subscriptions interrupted`);
        }
        await sleep(random.int(20, 400));
      } finally {
        clearTimeout(timer);
      }
    }
  }

  async #connect(job: ClientJob, view: View, signal: AbortSignal): Promise<void> {
    const { random, urls, journal } = this.#options;
    const after = view.events.at(-1)?.cursor;
    const [index] = random.shuffle(urls.map((_, place) => place));
    const client = this.#clients[index ?? 0];
    const events =
      view.by === 'SSE' || client === undefined
        ? progressByEvents(urls[index ?? 0] ?? '', job.id, after, signal)
        : client.jobProgress(job.id, { after, signal });
    for await (const event of events) {
      journal.count('events seen');
      const { cursor, revision, status, progressPercentage } = event;
      take(journal, job, view, { cursor, revision, status, percent: progressPercentage });
      if (isFinal(event)) {
        view.end = 'final';
        return;
      }
    }
    // Completed without an end: it was final at `after` already, or it was deleted.
    const last = view.events.at(-1);
    if (last !== undefined && isFinalStatus(last.status)) view.end = 'final';
    else if (job.deleted !== null) view.end = 'gone';
    else if (view.by === 'SSE') {
      const seen = last === undefined ? 'nothing' : describe(last);
      journal.breach('nobody misses the final state', `a stream was completed after ${seen}`, job.id);
    }
  }
}

/** What a server says that is just losing its database. */
const retryable = ['SERVICE_UNAVAILABLE', 'CONNECTION_REFUSED'];

function isFinalStatus(status: string): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}

/** Every event must be newer than the one before it, over all connections. */
function take(journal: Journal, job: ClientJob, view: View, event: SeenEvent): void {
  const before = view.events.at(-1);
  view.events.push(event);
  if (before === undefined) return;
  const where = `${view.by}, connection ${view.connections}: ${describe(before)} and then ${describe(event)}`;
  if (event.revision < before.revision) journal.breach('revisions never fall', where, job.id);
  else if (!isAfter(event.cursor, before.cursor)) journal.breach('cursors strictly rise', where, job.id);
  if (event.revision === before.revision && event.percent < before.percent) {
    journal.breach('the percentage never falls within an attempt', where, job.id);
  }
}

function isAfter(cursor: string, before: string): boolean {
  const [a = 0, b = 0] = cursor.split('.').map(Number);
  const [c = 0, d = 0] = before.split('.').map(Number);
  return a > c || (a === c && b > d);
}

export function describe({ cursor, status, percent }: SeenEvent): string {
  return `${cursor} ${status} ${percent} %`;
}
