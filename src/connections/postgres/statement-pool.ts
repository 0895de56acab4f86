import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import type pg from 'pg';
import { type Claimant, type Owner, Slots, type SlotUse } from '../../ops/slots.ts';
import type { PostgresConnection } from './connection.ts';
import { Connections, type ConnectionsOptions } from './connections.ts';
import { DatabaseBusyError, DatabaseSilentError, StatementCancelledError } from './database-errors.ts';
import { retryConflicts } from './retry-conflicts.ts';
import type { Session } from './session-settings.ts';
import { currentTenant, setTenant } from './tenant.ts';

/** Maximum wait for a connection, in milliseconds of running time. */
const patienceMs = 5_000;

/** A group of statements, such as those of one request. */
export interface StatementScope {
  /** Identifies their beneficiary, such as a client. Owners take turns at the connections. */
  owner: Owner;
  /** Maximum number of the owner's statements that run at the same time. */
  atOnce: number;
  /** Cancels running statements and refuses further ones. */
  signal: AbortSignal;
}

export type Statement = pg.QueryConfig<unknown[]>;

export interface StatementPoolOptions extends ConnectionsOptions {
  /** Whether each statement belongs to a tenant, see `asTenant`. For roles that are subject to row-level security. */
  byTenant: boolean;
}

/** Sends a statement of a transaction. */
export type Send = <Row extends pg.QueryResultRow>(statement: Statement) => Promise<pg.QueryResult<Row>>;

const unscoped: Claimant = { owner: null, atOnce: Number.POSITIVE_INFINITY, signal: null };

/**
 * Runs statements on a limited number of connections that owners share fairly. A statement that gets no connection in
 * time fails with `DatabaseBusyError`; if the server does not respond, with a connection error.
 */
export class StatementPool implements AsyncDisposable {
  readonly #connections: Connections;
  readonly #slots: Slots;
  readonly #scopes = new AsyncLocalStorage<Claimant>();
  readonly #byTenant: boolean;

  constructor({ byTenant, ...options }: StatementPoolOptions) {
    this.#connections = new Connections(options);
    this.#slots = new Slots(options.size);
    this.#byTenant = byTenant;
  }

  /** Runs `work`: all statements that it sends to this pool belong to the scope. */
  within<T>(scope: StatementScope, work: () => T): T {
    // Each statement adds a listener, and Node.js warns of a leak at the eleventh.
    setMaxListeners(0, scope.signal);
    return this.#scopes.run(scope, work);
  }

  /** The connections in use, and the statements that wait for one. */
  get use(): SlotUse {
    return this.#slots.use;
  }

  /** Whether the current scope is aborted. */
  get isCancelled(): boolean {
    return this.#claimant().signal?.aborted ?? false;
  }

  /** Runs a statement; retries after conflicts. */
  async run<Row extends pg.QueryResultRow>(statement: Statement): Promise<pg.QueryResult<Row>> {
    const begin = this.#beginner();
    return await this.#withSlot((signal) =>
      this.#connections.use(signal, (connection, session) => {
        const alone = session.direct && !this.#byTenant;
        const named = session.direct ? statement : { ...statement, name: undefined };
        return this.#connections.answer(
          alone ? connection.query<Row>(statement) : inOneWrite<Row>(connection, begin(session), named),
        );
      }),
    );
  }

  /** Runs `work` in a transaction; retries it from its beginning after conflicts. */
  async transaction<T>(work: (send: Send) => Promise<T>): Promise<T> {
    const begin = this.#beginner();
    return await this.#withSlot((signal) =>
      this.#connections.use(signal, async (connection, session) => {
        const query: Send = (statement) =>
          this.#connections.answer(connection.query(session.direct ? statement : { ...statement, name: undefined }));
        await query({ text: begin(session) });
        try {
          const result = await work(query);
          // COMMIT rolls back if a statement failed, even if `work` has overlooked its error.
          const { command } = await query({ text: 'COMMIT' });
          if (command !== 'COMMIT') throw new Error('a statement of the transaction failed: it was rolled back');
          return result;
        } catch (error) {
          await query({ text: 'ROLLBACK' }).catch(() => undefined);
          throw error;
        }
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connections[Symbol.asyncDispose]();
    // Otherwise Node.js 20 copies the scopes of closed pools into each promise, for as long as the process runs.
    this.#scopes.disable();
  }

  /** Returns what begins a transaction: with the settings, and for the tenant in whose name the caller runs. */
  #beginner(): (session: Session) => string {
    if (!this.#byTenant) return ({ begin }) => begin;
    const tenant = setTenant(currentTenant());
    return ({ begin }) => `${begin}; ${tenant}`;
  }

  #claimant(): Claimant {
    return this.#scopes.getStore() ?? unscoped;
  }

  async #withSlot<T>(work: (signal: AbortSignal | null) => Promise<T>): Promise<T> {
    const claimant = this.#claimant();
    const { owner, signal } = claimant;
    const before = this.#connections.answers;
    const late = () => (this.#connections.answers > before ? new DatabaseBusyError() : new DatabaseSilentError());
    await this.#slots.take(claimant, { ms: patienceMs, late }).catch((error: unknown) => {
      throw signal?.aborted ? new StatementCancelledError({ cause: error }) : error;
    });
    try {
      return await retryConflicts(() => work(signal));
    } finally {
      this.#slots.give(owner);
    }
  }
}

/**
 * Sends a statement in a transaction with settings, in one write: the settings end with the transaction, and no round
 * trip is added. After an error COMMIT rolls back.
 */
async function inOneWrite<Row extends pg.QueryResultRow>(
  connection: PostgresConnection,
  begin: string,
  statement: Statement,
): Promise<pg.QueryResult<Row>> {
  const { stream } = connection.connection;
  stream.cork();
  const sent = [connection.query(begin), connection.query<Row>(statement), connection.query('COMMIT')] as const;
  stream.uncork();
  const [began, result, committed] = await Promise.allSettled(sent);
  // The first error is the cause of the others.
  for (const each of [began, result, committed]) if (each.status === 'rejected') throw each.reason;
  if (result.status === 'rejected') throw result.reason;
  return result.value;
}
