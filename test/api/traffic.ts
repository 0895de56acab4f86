import pg from 'pg';

/** The statements a process sends to PostgreSQL, and the number of bytes it receives. */
export interface Traffic {
  statements: string[];
  bytesRead: number;
}

/** `clients` has the bytes that each client had received before its first statement. */
let current: { statements: string[]; clients: Map<pg.Client, number> } | null = null;

/** A pg client accepts a string, or an object with a `text`. */
function textOf(query: unknown): string {
  const text = typeof query === 'object' && query !== null ? Reflect.get(query, 'text') : query;
  return String(text);
}

/** The bytes that a client has received so far. */
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

/** Records all statements that this process sends to PostgreSQL while `run` runs. */
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
