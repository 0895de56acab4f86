import { type Client, createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { EtaJob } from './eta-jobs.ts';
import { post } from './load.ts';

/** A job as a client saw it; times in milliseconds. */
export interface Life {
  createdAt: number;
  startedAt: number;
  finishedAt: number;
  /** Estimates in order; the first is from the response of createJob. */
  guesses: { seenAt: number; at: number; earliest: number; latest: number }[];
}

interface Estimated {
  estimatedCompletion: string | null;
  estimatedCompletionEarliest: string | null;
  estimatedCompletionLatest: string | null;
}

export interface Watching extends AsyncDisposable {
  submit(job: EtaJob): Promise<void>;
  /** Returns all submitted jobs once they are final, without those that did not complete. */
  ended(): Promise<Life[]>;
}

const estimated = 'estimatedCompletion estimatedCompletionEarliest estimatedCompletionLatest';
const createJob = `mutation ($input: CreateJobInput!) { createJob(input: $input) { job { id createdAt ${estimated} } } }`;
const jobProgress = `subscription ($id: ID!) { jobProgress(id: $id) { status ${estimated} job { startedAt finishedAt } } }`;
/** A socket allows at most a hundred operations. */
const jobsASocket = 50;

function guessOf(event: Estimated): Life['guesses'] {
  const { estimatedCompletion: at, estimatedCompletionEarliest: earliest, estimatedCompletionLatest: latest } = event;
  if (at === null || earliest === null || latest === null) return [];
  return [{ seenAt: Date.now(), at: Date.parse(at), earliest: Date.parse(earliest), latest: Date.parse(latest) }];
}

/** Submits jobs and watches each of them, as a browser would. */
export function watchLives(api: string): Watching {
  const sockets: Client[] = [];
  const lives: Promise<Life | null>[] = [];

  async function watch(id: string, life: Life): Promise<Life | null> {
    if (lives.length % jobsASocket === 0) {
      sockets.push(createClient({ url: `${api.replace('http', 'ws')}/graphql`, webSocketImpl: WebSocket }));
    }
    const socket = sockets.at(-1);
    if (socket === undefined) throw new Error('no socket');
    let status = '';
    for await (const { data } of socket.iterate<{
      jobProgress: Estimated & { status: string; job: { startedAt: string; finishedAt: string } };
    }>({ query: jobProgress, variables: { id } })) {
      if (data == null) throw new Error('an event without data');
      const { job, ...event } = data.jobProgress;
      status = event.status;
      life.guesses.push(...guessOf(event));
      life.startedAt = Date.parse(job.startedAt);
      life.finishedAt = Date.parse(job.finishedAt);
    }
    return status === 'COMPLETED' ? life : null;
  }

  return {
    async submit(input) {
      const { data } = await post(`${api}/graphql`, createJob, { input });
      const { job } = data.createJob as { job: Estimated & { id: string; createdAt: string } };
      const life = { createdAt: Date.parse(job.createdAt), startedAt: 0, finishedAt: 0, guesses: guessOf(job) };
      lives.push(watch(job.id, life));
    },
    async ended() {
      const all = await Promise.all(lives);
      return all.filter((life) => life !== null);
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) await socket.dispose();
    },
  };
}
