import type { Client as SocketClient } from 'graphql-ws/client';
import { backoff, untilAborted } from './backoff.ts';
import type { Endpoint } from './endpoint.ts';
import { errorOf, isTemporary, ServerUnreachableError } from './errors.ts';
import { JobProgressDocument, type JobProgressSubscription, type ProgressFragment } from './generated/graphql.ts';
import { socketError } from './socket.ts';

export interface JobProgressOptions {
  /** The cursor of the last event you have: only what is newer comes. */
  after?: string;
  signal?: AbortSignal;
  /** Called when the connection is lost, before it is tried again. */
  onInterruption?: (error: Error) => void;
}

/** Tries without a single event between them before giving up: some five minutes. */
const maxTries = 36;

/**
 * The progress of a job until it is final: its current state, then every change. Lost connections and restarts of the
 * server are made up for: it goes on after the last event that was taken, so nothing comes twice and nothing steps back.
 * Whoever wants to stop while no event comes aborts the signal.
 */
export async function* jobProgress(
  endpoint: Endpoint,
  socket: SocketClient,
  id: string,
  { after, signal, onInterruption }: JobProgressOptions,
): AsyncGenerator<ProgressFragment, void, undefined> {
  let cursor = after;
  let emptyEnds = 0;
  for (let tries = 1; ; tries++) {
    try {
      for await (const event of subscribe(endpoint, socket, id, cursor, signal)) {
        cursor = event.cursor;
        tries = 0;
        yield event;
        if (isFinal(event)) return;
      }
      // Ended without the end: the job was final at `after` already, or the server shuts down. A server that shuts down
      // doesn't do so twice.
      if (cursor !== undefined && cursor === after && ++emptyEnds === 2) return;
      throw new ServerUnreachableError(endpoint.base, 'it ended the subscription');
    } catch (error) {
      if (!(error instanceof Error) || !isTemporary(error) || tries >= maxTries) throw error;
      onInterruption?.(error);
      await backoff(Math.max(tries, 1), signal);
    }
  }
}

/** COMPLETED, FAILED and CANCELLED are final: nothing comes after them. */
export function isFinal({ status }: Pick<ProgressFragment, 'status'>): boolean {
  return status === 'COMPLETED' || status === 'FAILED' || status === 'CANCELLED';
}

async function* subscribe(
  { base }: Endpoint,
  socket: SocketClient,
  id: string,
  after: string | undefined,
  signal: AbortSignal | undefined,
): AsyncGenerator<ProgressFragment, void, undefined> {
  const query = JobProgressDocument.toString();
  const answers = socket.iterate<JobProgressSubscription>({ query, variables: { id, after } });
  try {
    for (;;) {
      const { value, done } = await untilAborted(answers.next(), signal).catch((error: unknown) => {
        signal?.throwIfAborted();
        throw socketError(base, error);
      });
      if (done) return;
      const error = errorOf(value);
      if (error !== null) throw error;
      if (value.data) yield value.data.jobProgress;
    }
  } finally {
    await answers.return?.();
  }
}
