import pg from 'pg';
import { createClient } from 'redis';

/** A server that was named by a variable and cannot be used. The message is one line, without the password. */
export class UnreachableError extends Error {
  constructor(variable: string, url: string, cause: unknown) {
    super(`${variable}: ${reason(cause, new URL(url))}`, { cause });
    this.name = 'UnreachableError';
  }
}

/** Connects to the PostgreSQL of DATABASE_URL. That the database itself does not exist yet is no obstacle. */
export async function checkPostgres(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.end();
  } catch (error) {
    if (codeOf(error) !== '3D000') throw new UnreachableError('DATABASE_URL', url, error);
  }
}

/** Connects to the Redis of REDIS_URL. */
export async function checkRedis(url: string): Promise<void> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 5_000 } });
  client.on('error', () => undefined);
  try {
    await client.connect();
    await client.ping();
  } catch (error) {
    throw new UnreachableError('REDIS_URL', url, error);
  } finally {
    client.destroy();
  }
}

function reason(error: unknown, { hostname, port, username }: URL): string {
  const address = port === '' ? hostname : `${hostname}:${port}`;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ECONNREFUSED') return `nothing listens at ${address}; check host and port, and that the server runs`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no host named ${hostname}; check the spelling`;
  if (code === 'ETIMEDOUT' || /timeout/i.test(message))
    return `${address} does not answer; check host, port and firewall`;
  if (code === '28P01' || code === '28000')
    return `${address} refuses user ${username || '(none)'}; check user and password`;
  if (/WRONGPASS|NOAUTH|invalid password/i.test(message)) return `${address} refuses the password; check it`;
  return `${address} cannot be used: ${message.split('\n')[0]}`;
}

function codeOf(error: unknown): string {
  // Several addresses of one host fail together; the first failure says enough.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
