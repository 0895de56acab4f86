import pg from 'pg';

/** What a process asks PostgreSQL, and what comes back. */
export interface Traffic {
  statements: string[];
  bytesRead: number;
}

/** The bytes that each client had received when it was first asked something. */
let current: { statements: string[]; clients: Map<pg.Client, number> } | null = null;

/** A client of pg takes a text, or an object that has one. */
function textOf(query: unknown): string {
  const text = typeof query === 'object' && query !== null ? Reflect.get(query, 'text') : query;
  return String(text);
}

/** Bytes that a client has received so far. */
function bytesRead(client: pg.Client): number {
  const connection: unknown = Reflect.get(client, 'connection');
  const stream = typeof connection === 'object' && connection !== null ? Reflect.get(connection, 'stream') : null;
  return typeof stream?.bytesRead === 'number' ? stream.bytesRead : 0;
}

const original = pg.Client.prototype.query;
Object.defineProperty(pg.Client.prototype, 'query', {
  value(this: pg.Client, ...args: unknown[]) {
    current?.statements.push(textOf(args[0]));
    if (current?.clients.has(this) === false) current.clients.set(this, bytesRead(this));
    return Reflect.apply(original, this, args);
  },
});

/** Watches all statements that this process sends to PostgreSQL while `run` is under way. */
export async function watchTraffic(run: () => Promise<unknown>): Promise<Traffic> {
  const watched = { statements: [], clients: new Map<pg.Client, number>() };
  current = watched;
  try {
    await run();
  } finally {
    current = null;
  }
  const bytes = [...watched.clients].reduce((sum, [client, before]) => sum + bytesRead(client) - before, 0);
  return { statements: watched.statements, bytesRead: bytes };
}
