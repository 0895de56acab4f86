import { createHash } from 'node:crypto';
import { PrismaPg } from '@prisma/adapter-pg';
import pg from 'pg';
import type { SlotUse } from '../ops/slots.ts';
import { isCancelled } from './postgres/database-errors.ts';
import {
  type Send,
  type Statement,
  StatementPool,
  type StatementPoolOptions,
  type StatementScope,
} from './postgres/statement-pool.ts';
import { currentTenant } from './postgres/tenant.ts';
import { TenantTurns } from './postgres/tenant-turns.ts';
import { PrismaClient } from './prisma/client.ts';

/** Prisma without its own transactions, which would not run again after a conflict. */
export type Prisma = Omit<ReturnType<typeof createPrisma>, '$transaction'>;

type Value = string | number | bigint | boolean | Date | Buffer | null | Value[];

/**
 * Runs a statement and returns its rows. By default it is prepared, so after a few runs it has one plan for all values.
 * A statement whose plan should depend on its values, such as a search whose filters are mostly null, must not be.
 */
export type Query = <Row extends pg.QueryResultRow>(
  text: string,
  values: readonly Value[],
  options?: { prepared: boolean },
) => Promise<Row[]>;

/**
 * PostgreSQL over one connection pool: Prisma for ordinary reads and writes, and `query` for the few hot statements,
 * which are prepared on each connection and cost a tenth of what they cost with Prisma. Statements that PostgreSQL
 * rolls back because of a conflict are retried.
 */
export interface Database extends AsyncDisposable {
  /** The maximum number of connections, those in use, and the statements that wait for one. */
  readonly use: SlotUse;
  readonly prisma: Prisma;
  readonly query: Query;
  /**
   * Runs several statements in a transaction. `work` runs again from its beginning when PostgreSQL rolls back because
   * of a conflict, so its other side effects must be repeatable.
   */
  transaction<T>(work: (query: Query) => Promise<T>): Promise<T>;
  /**
   * Runs `work` in a scope: its statements, by `query` or Prisma, are limited in number, take turns with those of other
   * owners, and are cancelled with the scope's signal. `work` must await Prisma's promises itself: they are sent when
   * awaited.
   */
  within<T>(scope: StatementScope, work: () => T): T;
}

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

type Defaulted = 'size' | 'byTenant';
export type DatabaseOptions = Omit<StatementPoolOptions, Defaulted> & Partial<Pick<StatementPoolOptions, Defaulted>>;

export function openDatabase({ size = 10, byTenant = false, ...options }: DatabaseOptions): Database {
  const pool = new StatementPool({ size, byTenant, ...options });
  const prisma = createPrisma(pool, byTenant);
  return {
    get use() {
      return pool.use;
    },
    prisma,
    query: queryWith((statement) => pool.run(statement)),
    transaction: (work) => pool.transaction((send) => work(queryWith(send))),
    within: (scope, work) => pool.within(scope, work),
    async [Symbol.asyncDispose]() {
      await prisma.$disconnect();
      await pool[Symbol.asyncDispose]();
    },
  };
}

function queryWith(send: Send): Query {
  return async <Row extends pg.QueryResultRow>(
    text: string,
    values: readonly Value[],
    { prepared } = { prepared: true },
  ) => {
    const name = prepared ? statementName(text) : undefined;
    const { rows } = await send<Row>({ name, text, values: [...values] });
    return rows;
  };
}

function createPrisma(pool: StatementPool, byTenant: boolean) {
  const turns = new TenantTurns();
  return new PrismaClient({ adapter: new PrismaPg(poolForPrisma(pool)) }).$extends({
    query: {
      // Prisma merges concurrent reads of single rows into one statement, across scopes. If one of these scopes is
      // aborted, the statement is cancelled for all and must be sent again for the others.
      $allOperations: async ({ args, operation, query }) => {
        const takeTurn = async () => {
          if (byTenant && operation.startsWith('findUnique')) await turns.take(currentTenant());
        };
        await takeTurn();
        try {
          return await query(args);
        } catch (error) {
          if (!isCancelled(error) || pool.isCancelled) throw error;
          await takeTurn();
          return await query(args);
        }
      },
    },
  });
}

/** Looks like a pool of pg to Prisma's adapter, which calls only these two methods, and `query` only in this form. */
function poolForPrisma(pool: StatementPool): pg.Pool {
  const facade = new pg.Pool();
  Object.defineProperty(facade, 'query', { value: (statement: Statement) => pool.run(statement) });
  Object.defineProperty(facade, 'connect', {
    value: () => Promise.reject(new Error('use Database.transaction instead of nested writes')),
  });
  return facade;
}
