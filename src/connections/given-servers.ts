import pg from 'pg';
import { createClient } from 'redis';
import { PostgresConnection } from './postgres/connection.ts';
import { DatabaseSilentError } from './postgres/database-errors.ts';
import { type Demand, findObstacle } from './postgres/server-check.ts';
import { probeRedis } from './redis-probe.ts';
import { redisTroubleOf } from './redis-trouble.ts';

/** A server configured by a variable cannot be used. The message is one line, without the password. */
export class UnreachableError extends Error {
  constructor(variable: string, problem: string, cause?: unknown) {
    super(`${variable}: ${problem}`, { cause });
    this.name = 'UnreachableError';
  }
}

/**
 * Checks that Pagehive can run on the PostgreSQL of DATABASE_URL. Throws `UnreachableError`, whose one-line message
 * states the fix. The database need not exist yet. With a null demand, the number of connections is not checked.
 */
export async function checkPostgres(url: string, demand: Demand | null): Promise<void> {
  const schema = new URL(url).searchParams.get('schema');
  if (schema !== null && schema !== 'public') {
    throw new UnreachableError(
      'DATABASE_URL',
      `Pagehive keeps its tables in the schema public: remove ?schema=${schema}, and give Pagehive its own database`,
    );
  }
  const connection = new PostgresConnection({ connectionString: url, application_name: 'pagehive check' });
  let obstacle: string | null;
  try {
    await connection.connect();
    obstacle = await findObstacle(connection, demand);
  } catch (error) {
    if (codeOf(error) === '3D000') return;
    throw new UnreachableError('DATABASE_URL', reason(error, new URL(url)), error);
  } finally {
    await connection.end();
  }
  if (obstacle !== null) throw new UnreachableError('DATABASE_URL', obstacle);
}

/**
 * Checks that Pagehive can use the Redis of REDIS_URL. Throws `UnreachableError`, whose one-line message states the
 * fix. Accepts a Redis with a temporary problem, such as a full one: jobs run without Redis, too, and health reports
 * it.
 */
export async function checkRedis(url: string, prefix: string): Promise<void> {
  const client = createClient({ url, socket: { reconnectStrategy: false, connectTimeout: 5_000 } });
  const subscriptions = client.duplicate();
  for (const each of [client, subscriptions]) each.on('error', () => undefined);
  try {
    await client.connect();
    await subscriptions.connect();
    await probeRedis({ commands: client, subscriptions }, prefix);
  } catch (error) {
    const trouble = redisTroubleOf(error);
    if (trouble === null) throw new UnreachableError('REDIS_URL', reason(error, new URL(url)), error);
    const { problem, advice, lasting } = trouble;
    const reply = error instanceof Error ? error.message : String(error);
    if (lasting) throw new UnreachableError('REDIS_URL', `${problem} (${reply}): ${advice}`, error);
  } finally {
    client.destroy();
    subscriptions.destroy();
  }
}

/** Error messages of the PostgreSQL and Redis clients when a server does not answer. */
const silence = /^(timeout expired|Connection timeout)$/i;

function reason(error: unknown, { hostname, port, username, pathname }: URL): string {
  const address = port === '' ? hostname : `${hostname}:${port}`;
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (code === 'ECONNREFUSED') return `nothing listens at ${address}; check host and port, and that the server runs`;
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return `there is no host named ${hostname}; check the spelling`;
  if (code === 'ETIMEDOUT' || error instanceof DatabaseSilentError || silence.test(message))
    return `${address} does not respond; check host, port and firewall`;
  if (code === '08P01' && /^database ".*" does not exist$/.test(message)) {
    return `${address} is a pooler whose ${message}: run CREATE DATABASE ${pg.escapeIdentifier(decodeURIComponent(pathname.slice(1)))} ENCODING 'UTF8' TEMPLATE template0 on the server`;
  }
  const [, parameter] = /^unsupported startup parameter: (\S+)/.exec(message) ?? [];
  if (parameter !== undefined) return `${address} is a pooler that refuses ${parameter}: remove it from the URL`;
  if (code === '28P01' || code === '28000')
    return `${address} refuses user ${username || '(none)'}; check user and password`;
  if (/WRONGPASS|NOAUTH|invalid password/i.test(message)) return `${address} refuses the password; check it`;
  return `${address} cannot be used: ${message.split('\n')[0]}`;
}

function codeOf(error: unknown): string {
  // Several addresses of one host fail together; the first failure is enough.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
