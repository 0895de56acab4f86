import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { bytesOf, documentKinds } from './documents.ts';
import type { Random } from './random.ts';

/** The web server of documents, on loopback. It is unreliable until `misbehave(false)`. */
export interface DocumentServer extends AsyncDisposable {
  urlOf(kind: string, number: number): string;
  misbehave(yes: boolean): void;
  /** The number of responses by kind. */
  readonly counts: Record<Behaviour, number>;
}

const behaviours = ['well', 'refuse', 'break-off', 'hang', 'drip'] as const;
type Behaviour = (typeof behaviours)[number];

export async function startDocumentServer(random: Random): Promise<DocumentServer> {
  let misbehaving = false;
  const counts: Record<Behaviour, number> = { well: 0, refuse: 0, 'break-off': 0, hang: 0, drip: 0 };
  const timers = new Set<NodeJS.Timeout>();

  const server = createServer((request, response) => {
    const [, name = '', number = '0'] = (request.url ?? '').split('/').map(decodeURIComponent);
    const kind = documentKinds.find((each) => each.name === name);
    if (kind === undefined || kind.missing) {
      response.writeHead(404).end();
      return;
    }
    const behaviour = misbehaving && random.chance(0.35) ? random.pick(behaviours) : 'well';
    counts[behaviour] += 1;
    answer(response, bytesOf(kind, Number(number)), behaviour);
  });

  function answer(response: ServerResponse, bytes: Buffer, behaviour: Behaviour): void {
    response.on('error', () => undefined);
    const head = { 'content-type': 'application/pdf', 'content-length': bytes.length };
    if (behaviour === 'refuse') {
      response.writeHead(503).end();
    } else if (behaviour === 'well') {
      response.writeHead(200, head).end(bytes);
    } else if (behaviour !== 'hang' || random.chance(0.5)) {
      // Half of the hanging responses hang before the first byte.
      response.writeHead(200, head).write(bytes.subarray(0, Math.ceil(bytes.length / 2)));
      if (behaviour === 'break-off') after(100, () => response.destroy());
      if (behaviour === 'drip') after(1_500, () => response.end(bytes.subarray(Math.ceil(bytes.length / 2))));
    }
  }

  function after(ms: number, task: () => void): void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      task();
    }, ms);
    timers.add(timer);
  }

  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the document server has no port');
  return {
    urlOf: (kind, number) => `http://127.0.0.1:${address.port}/${encodeURIComponent(kind)}/${number}`,
    misbehave(yes) {
      misbehaving = yes;
    },
    counts,
    async [Symbol.asyncDispose]() {
      for (const timer of timers) clearTimeout(timer);
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}
