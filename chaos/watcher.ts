import { setTimeout as sleep } from 'node:timers/promises';
import WebSocket from 'ws';
import { type Client, createClient } from '../src/client/client.ts';
import { GraphQLRequestError } from '../src/client/errors.ts';
import type { Account } from './account.ts';
import { temporaryCodes } from './api.ts';
import type { Journal, SeenEvent, View, Watched } from './journal.ts';
import type { Random } from './random.ts';

/** How watchers handle one kind of object. */
export interface Subject<Event extends SeenEvent, Thing extends Watched<Event>> {
  /** The name of the subscription. */
  name: string;
  bySocket(client: Client, thing: Thing, from: WatchOptions): AsyncIterable<Event>;
  byEvents(url: string, thing: Thing, from: WatchOptions): AsyncIterable<Event>;
  isFinal(event: SeenEvent): boolean;
  /** Whether a client may have deleted it. */
  mayBeGone(thing: Thing): boolean;
  /** Checks the promises about an event, alone and together with the previous one. */
  check(event: Event, before: Event | undefined, thing: Thing): { promise: string; detail: string } | null;
}

export interface WatchOptions {
  apiKey: string;
  /** The cursor of the last event. */
  after: string | undefined;
  signal: AbortSignal;
}

export interface WatcherOptions<Event extends SeenEvent, Thing extends Watched<Event>> {
  subject: Subject<Event, Thing>;
  account: Account;
  journal: Journal;
  random: Random;
  /** While true, watchers also disconnect at random. */
  disconnects(): boolean;
  signal: AbortSignal;
}

/** Watches jobs or batches over WebSocket (with our own client) and SSE, through all faults of the servers. */
export class Watchers<Event extends SeenEvent, Thing extends Watched<Event>> {
  readonly #options: WatcherOptions<Event, Thing>;
  readonly #clients: Client[];
  readonly #running = new Set<Promise<void>>();

  constructor(options: WatcherOptions<Event, Thing>) {
    this.#options = options;
    const { account } = options;
    const apiKey = () => account.key.secret;
    this.#clients = account.api.urls.map((url) => createClient({ url, webSocket: WebSocket, apiKey }));
  }

  /** Restarts the watchers that have seen the end, each at its cursor, because the end may no longer be final. */
  recall(thing: Thing): void {
    for (const view of thing.views) if (view.end === 'final') this.#start(thing, view);
  }

  /** Adds a watcher that watches until the end. */
  add(thing: Thing): void {
    const view: View<Event> = {
      by: this.#options.random.chance(0.6) ? 'WebSocket' : 'SSE',
      connections: 0,
      events: [],
      end: null,
    };
    thing.views.push(view);
    this.#start(thing, view);
  }

  #start(thing: Thing, view: View<Event>): void {
    view.end = null;
    const watching = this.#watch(thing, view).finally(() => this.#running.delete(watching));
    this.#running.add(watching);
  }

  /** Waits until every watcher has seen an end; returns how many have not in time. */
  async finished(withinMs: number): Promise<number> {
    const deadline = new AbortController();
    const late = sleep(withinMs, undefined, { signal: deadline.signal }).catch(() => undefined);
    await Promise.race([Promise.all(this.#running), late]);
    deadline.abort();
    return this.#running.size;
  }

  async #watch(thing: Thing, view: View<Event>): Promise<void> {
    const { subject, signal, random, journal } = this.#options;
    while (!signal.aborted && view.end === null) {
      // It disconnects after a while, and reconnects to any of the servers.
      const leaving = new AbortController();
      const timer = setTimeout(() => this.#options.disconnects() && leaving.abort(), random.int(300, 8_000));
      view.connections += 1;
      try {
        await this.#connect(thing, view, AbortSignal.any([signal, leaving.signal]));
      } catch (error) {
        if (error instanceof GraphQLRequestError && error.code === 'NOT_FOUND') {
          view.end = 'gone';
        } else if (error instanceof GraphQLRequestError && !retryable.includes(error.code)) {
          const detail = `${subject.name} by ${view.by}: ${error.code} ${error.message}`;
          journal.breach('requests fail with a clear error', detail, thing.id);
        } else {
          journal.count(`${view.by} subscriptions interrupted`);
        }
        await sleep(random.int(20, 400));
      } finally {
        clearTimeout(timer);
      }
    }
  }

  async #connect(thing: Thing, view: View<Event>, signal: AbortSignal): Promise<void> {
    const { subject, random, account, journal } = this.#options;
    const { urls } = account.api;
    const from = { after: view.events.at(-1)?.cursor, apiKey: account.key.secret, signal };
    const [index] = random.shuffle(urls.map((_, place) => place));
    const client = this.#clients[index ?? 0];
    const events =
      view.by === 'SSE' || client === undefined
        ? subject.byEvents(urls[index ?? 0] ?? '', thing, from)
        : subject.bySocket(client, thing, from);
    for await (const event of events) {
      journal.count(`events of ${subject.name} seen`);
      this.#take(thing, view, event);
      if (subject.isFinal(event)) {
        view.end = 'final';
        return;
      }
    }
    // Completed without a final event: `after` was already final, or the object was deleted.
    const last = view.events.at(-1);
    if (last !== undefined && subject.isFinal(last)) view.end = 'final';
    else if (subject.mayBeGone(thing)) view.end = 'gone';
    else if (view.by === 'SSE') {
      const seen = last === undefined ? 'nothing' : describe(last);
      journal.breach('no watcher misses the final state', `a stream completed after ${seen}`, thing.id);
    }
  }

  /** Records an event, which must be newer than the previous one, across all connections. */
  #take(thing: Thing, view: View<Event>, event: Event): void {
    const { subject, journal } = this.#options;
    const before = view.events.at(-1);
    view.events.push(event);
    const report = (promise: string, detail: string) => {
      const where = before === undefined ? describe(event) : `${describe(before)} and then ${describe(event)}`;
      journal.breach(promise, [`${view.by}, connection ${view.connections}: ${where}`, detail].join(' '), thing.id);
    };
    if (before !== undefined && event.revision < before.revision) report('revisions never fall', '');
    else if (before !== undefined && !isAfter(event.cursor, before.cursor)) report('cursors strictly rise', '');
    const wrong = subject.check(event, before, thing);
    if (wrong !== null) report(wrong.promise, wrong.detail);
  }
}

/** Errors after which a watcher reconnects, perhaps with another key. */
const retryable = [...temporaryCodes, 'CONNECTION_REFUSED', 'UNAUTHENTICATED'];

function isAfter(cursor: string, before: string): boolean {
  const [a = 0, b = 0] = cursor.split('.').map(Number);
  const [c = 0, d = 0] = before.split('.').map(Number);
  return a > c || (a === c && b > d);
}

export function describe({ cursor, status, percent }: SeenEvent): string {
  return `${cursor} ${status} ${percent} %`;
}
