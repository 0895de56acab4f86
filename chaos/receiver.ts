import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';
import { type BatchState, batchState } from './batch-counts.ts';
import type { Random } from './random.ts';

/** An event that the receiver was told, by its webhook-id. */
export interface Told {
  /** The public id of the job or batch. */
  about: string;
  type: string;
  revision: number;
  /** Of a batch. */
  state: BatchState | null;
  bodies: Set<string>;
  requests: number;
  /** Of them, those that it answered well. */
  answered: number;
  /** Whether all signatures were good. */
  genuine: boolean;
}

/** The clients' own service that is told of the ends of their jobs and batches: not to be relied on until it is told to behave. */
export interface Receiver extends AsyncDisposable {
  readonly url: string;
  readonly told: ReadonlyMap<string, Told>;
  /** The secret that all it is told must be signed with. */
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
  const told = new Map<string, Told>();

  function note(headers: IncomingHttpHeaders, body: string): Told {
    const id = String(headers['webhook-id']);
    const { type, data } = event.parse(JSON.parse(body));
    const subject = data.job ?? data.batch;
    if (subject === undefined) throw new TypeError(`${type} is neither of a job nor of a batch`);
    const each = told.get(id) ?? {
      about: subject.id,
      type,
      revision: subject.revision,
      state: data.batch ?? null,
      bodies: new Set(),
      requests: 0,
      answered: 0,
      genuine: true,
    };
    told.set(id, each);
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
      // It has heard, and whoever told it does not know.
      if (manner === 'break-off') response.destroy();
      if (manner !== 'well') return;
      each.answered += 1;
      response.writeHead(204).end();
    } catch {
      // Whoever told was killed in the middle.
      response.destroy();
    }
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the receiver has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    told,
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
