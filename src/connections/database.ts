import { createHash } from 'node:crypto';
import { Socket } from 'node:net';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { Logger } from '../ops/logger.ts';
import { PrismaClient } from './prisma/client.ts';

type Value = string | number | bigint | boolean | Date | Buffer | null | Value[];

/**
 * PostgreSQL, twice over one pool: Prisma for ordinary reads and writes, and `query` for the few hot statements, prepared
 * by name on each connection (a tenth of what Prisma costs there).
 */
export interface Database extends AsyncDisposable {
  readonly prisma: PrismaClient;
  /**
   * Prepared unless told otherwise: after a few runs its plan is the same for all values. What should be planned for its
   * values each time, such as a search whose filters are mostly null, must not be.
   */
  query<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly Value[],
    options?: { prepared: boolean },
  ): Promise<Row[]>;
  /**
   * Runs several statements as one transaction, READ COMMITTED: each statement sees what was committed before it began.
   * Commits when `work` resolves and rolls back when it rejects. Keep it short: it holds a connection.
   */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
}

/** Runs a prepared statement of a transaction. */
export type Query = <Row extends pg.QueryResultRow>(text: string, values: readonly Value[]) => Promise<Row[]>;

/** Statement names must be unique by text; hashing keeps them below PostgreSQL's 63 characters. */
const statementNames = new Map<string, string>();

function statementName(text: string): string {
  let name = statementNames.get(text);
  if (name === undefined) {
    name = `ph_${createHash('sha1').update(text).digest('hex')}`;
    statementNames.set(text, name);
  }
  return name;
}

const types: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    // bigint as BigInt, as Prisma gives it; everything else as pg does.
    return oid === pg.types.builtins.INT8 ? (value: string) => BigInt(value) : pg.types.getTypeParser(oid, format);
  },
};

export interface DatabaseOptions {
  url: string;
  /** Connections at most. */
  size?: number;
  /** Shown in pg_stat_activity. */
  name: string;
  logger: Logger;
}

const goodbyeMs = 2_000;

export function openDatabase({ url, size = 10, name, logger }: DatabaseOptions): Database {
  const sockets = new Set<Socket>();
  const pool = new pg.Pool({
    connectionString: url,
    stream() {
      const socket = new Socket();
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      return socket;
    },
    max: size,
    application_name: name,
    connectionTimeoutMillis: 5_000,
    // A server that hangs must be noticed, by requests and, well before their leases end, by workers. It gives up on a
    // statement itself before that, so that nothing goes on that nobody waits for.
    query_timeout: 6_000,
    statement_timeout: 5_000,
    // Idle connections are closed (by pg after ten seconds), so few are there to turn out dead.
    keepAlive: true,
    // A process stopped in the middle of a transaction must not hold its locks for longer than this.
    idle_in_transaction_session_timeout: 5_000,
    types,
  });
  // An idle connection that the server ends must not end this process: the pool opens another one.
  pool.on('error', (error) => logger.warn({ err: error }, 'a database connection was lost'));
  const prisma = new PrismaClient({ adapter: new PrismaPg(pool) });
  /**
   * A living server gives up on a statement before its client does, so silence means a connection that is dead and does not
   * know; those beside it went the same way. To find that out of one after the other would take longer than a lease.
   */
  function closeAll(): void {
    for (const socket of sockets) socket.destroy();
  }
  return {
    prisma,
    async query<Row extends pg.QueryResultRow>(
      text: string,
      values: readonly Value[],
      { prepared } = { prepared: true },
    ): Promise<Row[]> {
      try {
        const name = prepared ? statementName(text) : undefined;
        const result = await pool.query<Row, Value[]>({ name, text, values: [...values] });
        return result.rows;
      } catch (error) {
        if (readTimeout.test(String(error))) closeAll();
        throw error;
      }
    },
    async transaction(work) {
      const client = await pool.connect();
      let broken: Error | undefined;
      // A connection that is lost between two statements must not end this process: the next statement fails.
      const onError = (error: Error) => {
        broken = error;
      };
      client.on('error', onError);
      try {
        await client.query('BEGIN ISOLATION LEVEL READ COMMITTED');
        const result = await work(async <Row extends pg.QueryResultRow>(text: string, values: readonly Value[]) => {
          const { rows } = await client.query<Row, Value[]>({ name: statementName(text), text, values: [...values] });
          return rows;
        });
        await client.query('COMMIT');
        return result;
      } catch (error) {
        if (readTimeout.test(String(error))) closeAll();
        await client.query('ROLLBACK').catch((reason: Error) => {
          broken = reason;
        });
        throw error;
      } finally {
        client.off('error', onError);
        // A connection that is lost, or whose transaction could not be ended, must not go back to the pool.
        client.release(broken);
      }
    },
    async [Symbol.asyncDispose]() {
      // Saying goodbye on a half-open connection would take for ever.
      const timer = setTimeout(closeAll, goodbyeMs);
      await prisma.$disconnect();
      await pool.end();
      clearTimeout(timer);
    },
  };
}

const connectionCodes = new Set([
  // Node: no connection, or it broke.
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  // PostgreSQL: shutting down, crashed, starting up; a statement took longer than it may; a standby that was not promoted yet.
  '57P01',
  '57P02',
  '57P03',
  '57014',
  '25006',
  // Prisma: cannot reach the server, timed out, connection closed, pool timeout.
  'P1001',
  'P1002',
  'P1008',
  'P1017',
  'P2024',
  'P2037',
]);

/** PostgreSQL: connection exceptions; out of connections, memory or disk. */
const connectionClasses = /^(08|53)[0-9A-Z]{3}$/;

const readTimeout = /Query read timeout/;

/** What pg says without a code. */
const connectionMessages =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|Client has encountered a connection error/;

/**
 * Whether an error means that the database cannot be reached right now, so that trying again makes sense. Prisma wraps what
 * pg throws, each version in another way, so all that an error holds is looked at.
 */
export function isConnectionError(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const codes = [read(error, 'code'), read(error, 'originalCode')];
  if (codes.some((code) => typeof code === 'string' && (connectionCodes.has(code) || connectionClasses.test(code)))) {
    return true;
  }
  const message = read(error, 'message');
  if (typeof message === 'string' && connectionMessages.test(message)) return true;
  const inner = [read(error, 'cause'), read(read(error, 'meta'), 'driverAdapterError')];
  if (error instanceof AggregateError) inner.push(...error.errors);
  return inner.some(isConnectionError);
}

/** Whether PostgreSQL answered, and the statement took longer than it may: the fault may be with what it has to do. */
export function isStatementTimeout(error: unknown): boolean {
  return read(error, 'code') === '57014';
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
