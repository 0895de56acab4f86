import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { Logger } from '../../ops/logger.ts';
import { afterRunning, type RunningTimer } from '../../ops/running-time.ts';
import { PostgresConnection } from './connection.ts';
import { DatabaseBusyError, isBusy, StatementCancelledError } from './database-errors.ts';
import { type Session, statementMs } from './session-settings.ts';

/** Maximum time for a response, in milliseconds of running time. A live server ends the statement before. */
const silenceMs = statementMs + 1_000;
/** Maximum wait while the server refuses more connections, in milliseconds of running time. */
const patienceMs = 5_000;
/** Delay between two attempts while the server refuses more connections, in milliseconds. */
const retryMs = () => 50 + 150 * Math.random();
/** Maximum time to close connections properly, in milliseconds. */
const goodbyeMs = 2_000;

type Lent = PostgresConnection & pg.PoolClient;

export interface ConnectionsOptions {
  url: string;
  /** Maximum number of connections. */
  size: number;
  /** Shown in pg_stat_activity. */
  name: string;
  logger: Logger;
  /**
   * The pools of the process, which this one joins. They close their connections together, and free connections for
   * each other.
   */
  group?: Set<Connections>;
}

/** Connections to PostgreSQL: opened when needed, closed when dead or idle for ten seconds. */
export class Connections implements AsyncDisposable {
  readonly #pool: pg.Pool;
  readonly #open = new Set<PostgresConnection>();
  readonly #group: Set<Connections>;
  #answers = 0;

  constructor({ url, size, name, logger, group = new Set() }: ConnectionsOptions) {
    this.#group = group.add(this);
    this.#pool = new pg.Pool({
      connectionString: url,
      max: size,
      application_name: name,
      types,
      Client: PostgresConnection,
    });
    // An idle connection that the server closes must not end this process: the pool opens another one.
    this.#pool.on('error', (error) => logger.warn({ err: error }, 'a database connection was lost'));
    this.#pool.on('remove', (connection) => {
      if (connection instanceof PostgresConnection) this.#open.delete(connection);
    });
  }

  /** Number of responses from the server, including errors. While it rises, the server is alive. */
  get answers(): number {
    return this.#answers;
  }

  /**
   * Runs `work` on a connection with our settings. When the signal aborts, the running statement is cancelled. Waits
   * while the server refuses more connections, then fails with `DatabaseBusyError`.
   */
  async use<T>(
    signal: AbortSignal | null,
    work: (connection: PostgresConnection, session: Session) => Promise<T>,
  ): Promise<T> {
    const connection = await this.#checkOut();
    let cancelling: Promise<void> | null = null;
    const cancel = () => {
      cancelling ??= connection.cancel();
    };
    signal?.addEventListener('abort', cancel, { once: true });
    let usable = true;
    try {
      const session = connection.session ?? (await this.#openSession(connection));
      if (signal?.aborted) throw new StatementCancelledError();
      return await work(connection, session);
    } catch (error) {
      usable = isUsableAfter(error);
      throw signal?.aborted ? new StatementCancelledError({ cause: signal.reason }) : error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      // The request must not hit the next statement of this connection.
      if (cancelling !== null) await cancelling;
      connection.release(!usable || connection.getTransactionStatus() !== 'I');
    }
  }

  /**
   * Returns the result of a statement. PostgreSQL ends a slow statement earlier, so silence means a dead connection.
   * Then all other connections are closed as well: they probably died too, and detecting them one by one takes longer
   * than a lease.
   */
  async answer<T>(statement: Promise<T>): Promise<T> {
    const timer = afterRunning(silenceMs, this.#closeGroup);
    try {
      const result = await statement;
      this.#answers += 1;
      return result;
    } catch (error) {
      if (error instanceof pg.DatabaseError) this.#answers += 1;
      throw error;
    } finally {
      timer.stop();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // A half-open connection never confirms that it closes.
    const timer = setTimeout(() => this.#destroyAll(), goodbyeMs);
    await this.#pool.end();
    clearTimeout(timer);
    this.#group.delete(this);
  }

  /** Waits while the server refuses more connections. */
  async #checkOut(): Promise<Lent> {
    let timer: RunningTimer | null = null;
    let patient = true;
    for (;;) {
      try {
        const connection = await this.#connect();
        timer?.stop();
        return connection;
      } catch (error) {
        timer ??= afterRunning(patienceMs, () => {
          patient = false;
        });
        const isFull = isBusy(error);
        if (isFull) this.#answers += 1;
        if (isFull && patient) {
          if (this.#pool.totalCount === 0) for (const other of this.#group) other.#closeIdle();
          await wait(retryMs());
          continue;
        }
        timer.stop();
        throw isFull ? new DatabaseBusyError({ cause: error }) : error;
      }
    }
  }

  #connect(): Promise<Lent> {
    return new Promise((resolve, reject) => {
      this.#pool.connect((error, connection) => {
        if (connection instanceof PostgresConnection) resolve(connection);
        else reject(error ?? new TypeError('the pool holds connections of another kind'));
      });
    });
  }

  async #openSession(connection: PostgresConnection): Promise<Session> {
    this.#open.add(connection);
    return await this.answer(connection.openSession());
  }

  readonly #closeGroup = () => {
    for (const each of this.#group) each.#destroyAll();
  };

  #destroyAll(): void {
    for (const connection of this.#open) connection.destroy();
  }

  /** Closes an idle connection. */
  #closeIdle(): void {
    if (this.#pool.idleCount > 0) this.#pool.connect((_error, _connection, release) => release(true));
  }
}

/** PostgreSQL errors that leave the connection intact: bad data, constraints, conflicts, cancelled statements. */
const harmlessCodes = /^(22|23|40)[0-9A-Z]{3}$|^57014$/;

/**
 * Any other error of PostgreSQL may mean that the connection is about to close, or that a prepared statement no longer
 * fits its tables. Errors from elsewhere say nothing about the connection; the pool itself removes closed ones.
 */
function isUsableAfter(error: unknown): boolean {
  return !(error instanceof pg.DatabaseError) || harmlessCodes.test(error.code ?? '');
}

const types: pg.CustomTypesConfig = {
  getTypeParser(oid, format) {
    // bigint as BigInt, as Prisma gives it; everything else as pg does.
    return oid === pg.types.builtins.INT8 ? (value: string) => BigInt(value) : pg.types.getTypeParser(oid, format);
  },
};
