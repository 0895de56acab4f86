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

/** The clients' webhook receiver. It is unreliable until `misbehave(false)`. */
export interface Receiver extends AsyncDisposable {
  /** The URL for the webhooks of a tenant. */
  urlOf(tenant: string): string;
  readonly received: ReadonlyMap<string, ReceivedEvent>;
  /** Sets the secret that must have signed all requests for a tenant. */
  trust(tenant: string, secret: string): void;
  misbehave(yes: boolean): void;
}

const behaviours = ['well', 'refuse', 'break-off', 'hang'] as const;
const event = z.object({
  type: z.string(),
  data: z.object({
    job: z.object({ id: z.string(), revision: z.number() }).optional(),
    batch: batchState.extend({ id: z.string() }).optional(),
  }),
});

export async function startReceiver(random: Random): Promise<Receiver> {
  let misbehaving = false;
  const webhooks = new Map<string, Webhook>();
  const received = new Map<string, ReceivedEvent>();

  function note(tenant: string, headers: IncomingHttpHeaders, body: string): ReceivedEvent {
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
    each.genuine &&= isGenuine(webhooks.get(tenant), headers, body);
    return each;
  }

  function isGenuine(webhook: Webhook | undefined, headers: IncomingHttpHeaders, body: string): boolean {
    const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
    try {
      webhook?.verify(body, Object.fromEntries(names.map((name) => [name, String(headers[name])])));
      return webhook !== undefined;
    } catch {
      return false;
    }
  }

  const server = createServer(async (request, response) => {
    response.on('error', () => undefined);
    try {
      const each = note(request.url?.slice(1) ?? '', request.headers, await text(request));
      const behaviour = misbehaving && random.chance(0.4) ? random.pick(behaviours) : 'well';
      if (behaviour === 'refuse') response.writeHead(503).end();
      // The receiver got the event, but the sender does not know.
      if (behaviour === 'break-off') response.destroy();
      if (behaviour !== 'well') return;
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
    urlOf: (tenant) => `http://127.0.0.1:${address.port}/${tenant}`,
    received,
    trust(tenant, secret) {
      webhooks.set(tenant, new Webhook(secret));
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
