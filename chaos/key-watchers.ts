import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Key } from './account.ts';
import { createApi, RefusedError, UnknownOutcomeError } from './api.ts';
import { Background } from './background.ts';
import type { Journal } from './journal.ts';
import type { Random } from './random.ts';
import { subscribeByEvents } from './server-sent-events.ts';

export interface KeyWatchersOptions {
  urls: readonly string[];
  journal: Journal;
  random: Random;
  signal: AbortSignal;
}

/** A revoked key stops working within this time, in milliseconds: docs/keys.md. */
const promisedMs = 5_000;
/** What this process may need to notice, in milliseconds. */
const slackMs = 3_000;
const promise = 'a revoked key ends within five seconds';

const updates = 'subscription { jobUpdates { jobId } }';
const updateShape = z.object({ jobUpdates: z.object({ jobId: z.string() }) });
const viewerShape = z.object({ viewer: z.unknown() });

/** Holds a stream open with every key, and tries it again after its end: a revoked key must give nothing any more. */
export class KeyWatchers {
  readonly #options: KeyWatchersOptions;
  readonly #background = new Background();
  /** When each key was revoked, by its id. */
  readonly #revokedAt = new Map<string, number>();
  /** Ends the streams of valid keys. */
  readonly #over = new AbortController();
  /** Ends the streams of revoked keys that are still open. */
  readonly #late = new AbortController();

  constructor(options: KeyWatchersOptions) {
    this.#options = options;
  }

  /** Watches a key until its end. */
  start(key: Key): void {
    this.#background.start(this.#watch(key));
  }

  /** The key was revoked. */
  end({ id }: Key): void {
    this.#revokedAt.set(id, Date.now());
  }

  /** Ends the streams of valid keys, and waits until those of revoked keys have ended. */
  async finished(): Promise<void> {
    this.#over.abort();
    const late = setTimeout(() => this.#late.abort(), 2 * (promisedMs + slackMs));
    await this.#background.finished();
    clearTimeout(late);
  }

  #isOver(key: Key): boolean {
    const revokedAt = this.#revokedAt.get(key.id);
    return revokedAt !== undefined && Date.now() > revokedAt + promisedMs + slackMs;
  }

  async #watch(key: Key): Promise<void> {
    const { random, urls, signal } = this.#options;
    while (!this.#revokedAt.has(key.id) && !this.#over.signal.aborted) {
      await this.#stream(key, random.pick(urls)).catch(() => signal.throwIfAborted());
      await sleep(random.int(200, 1_000), undefined, { signal });
    }
    if (!this.#revokedAt.has(key.id)) return;
    while (!this.#isOver(key)) await sleep(200, undefined, { signal });
    for (const url of urls) await this.#tryOnce(key, url);
  }

  /** Reads a stream until it ends. */
  async #stream(key: Key, url: string): Promise<void> {
    const { journal, signal } = this.#options;
    const subscription = { apiKey: key.secret, query: updates, variables: {}, shape: updateShape };
    const over = AbortSignal.any([signal, this.#endOfValidKey(key), this.#late.signal]);
    try {
      for await (const _ of subscribeByEvents(url, subscription, over)) {
        journal.count('events of streams with keys');
        if (this.#isOver(key)) journal.breach(promise, `a stream of ${key.id} still gets events`);
      }
    } finally {
      if (this.#late.signal.aborted) journal.breach(promise, `a stream of ${key.id} is still open`);
    }
  }

  /** Ends the stream of a valid key with the run. */
  #endOfValidKey(key: Key): AbortSignal {
    const end = new AbortController();
    this.#over.signal.addEventListener('abort', () => this.#revokedAt.has(key.id) || end.abort());
    return end.signal;
  }

  /** Sends one request with a revoked key. More would count as attempts to guess keys. */
  async #tryOnce(key: Key, url: string): Promise<void> {
    const { journal, random, signal } = this.#options;
    const api = createApi([url], { random, apiKey: () => key.secret });
    try {
      await api.ask('{ viewer { id } }', {}, viewerShape);
      journal.breach(promise, `${url} still accepts ${key.id}`);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof UnknownOutcomeError) return;
      if (!(error instanceof RefusedError)) throw error;
      journal.count('revoked keys refused');
      if (error.code === 'UNAUTHENTICATED' || error.code === 'RATE_LIMITED') return;
      journal.breach('requests fail with a clear error', `a revoked key got ${error.message}`);
    }
  }
}
