import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { type BatchState, batchState } from './batch-counts.ts';
import type { Random } from './random.ts';

/** An event that the receiver got, by its webhook-id. */
export interface ReceivedEvent {
  /** The public id of the job or batch. */
  about: string;
  type: string;
  revision: number;
  /** Only for batches. */
  state: BatchState | null;
  bodies: Set<string>;
  requests: number;
  /** The number of requests that it has acknowledged. */
  answered: number;
  /** Whether all signatures were valid. */
  genuine: boolean;
}

/** The clients' webhook receiver. It is unreliable until it is told to behave. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly received: ReadonlyMap<string, ReceivedEvent>;
  /** Sets the secret that must have signed all requests. */
  trust(secret: string): void;
  misbehave(yes: boolean): void;
}

const manners = ['well', 'refuse', 'break-off', 'hang'] as const;
const event = z.object({
  type: z.string(),
  data: z.object({
    job: z.object({ id: z.string(), revision: z.number() }).optional(),
    batch: batchState.extend({ id: z.string() }).optional(),
  }),
});

export async function startReceiver(random: Random): Promise<Receiver> {
  let misbehaving = false;
  let webhook: Webhook | null = null;
  const received = new Map<string, ReceivedEvent>();

  function note(headers: IncomingHttpHeaders, body: string): ReceivedEvent {
    const id = String(headers['webhook-id']);
    const { type, data } = event.parse(JSON.parse(body));
    const subject = data.job ?? data.batch;
    if (subject === undefined) throw new TypeError(`${type} is neither about a job nor about a batch`);
    const each = received.get(id) ?? {
      about: subject.id,
      type,
      revision: subject.revision,
      state: data.batch ?? null,
      bodies: new Set(),
      requests: 0,
      answered: 0,
      genuine: true,
    };
    received.set(id, each);
    each.bodies.add(body);
    each.requests += 1;
    each.genuine &&= isGenuine(headers, body);
    return each;
  }

  function isGenuine(headers: IncomingHttpHeaders, body: string): boolean {
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
    try {
      webhook?.verify(body, Object.fromEntries(names.map((name) => [name, String(headers[name])])));
      return webhook !== null;
    } catch {
      return false;
    }
  }

  const server = createServer(async (request, response) => {
    response.on('error', () => undefined);
    try {
      const each = note(request.headers, await text(request));
      const manner = misbehaving && random.chance(0.4) ? random.pick(manners) : 'well';
      if (manner === 'refuse') response.writeHead(503).end();
      // The receiver got the event, but the sender does not know.
      if (manner === 'break-off') response.destroy();
      if (manner !== 'well') return;
      each.answered += 1;
      response.writeHead(204).end();
    } catch {
      // The sender was killed midway.
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    received,
    trust(secret) {
      webhook = new Webhook(secret);
    },
    misbehave(yes) {
      misbehaving = yes;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
