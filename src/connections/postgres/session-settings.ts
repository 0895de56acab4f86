import pg from 'pg';

/** A process that stops in the middle of a transaction keeps its locks at most this long, in milliseconds. */
const idleInTransactionMs = 5_000;

/** PostgreSQL ends a statement after this time, in milliseconds. */
export const statementMs = 5_000;

/**
 * Settings that our statements and the parsing of their results depend on. Roles and databases may have other values,
 * so each session or transaction sets all of them: no setting of a role may change a result.
 */
const settings: Readonly<Record<string, string>> = {
  // Values as text, in both directions.
  DateStyle: 'ISO, MDY',
  IntervalStyle: 'postgres',
  TimeZone: 'UTC',
  bytea_output: 'hex',
  extra_float_digits: '1',
  array_nulls: 'on',
  standard_conforming_strings: 'on',
  // Prisma names this schema too.
  search_path: 'public',
  // Definitions of functions are compared as text.
  quote_all_identifiers: 'off',
  // With a limit, an index search omits some matching rows at random.
  gin_fuzzy_search_limit: '0',
  // Time limits.
  statement_timeout: String(statementMs),
  lock_timeout: '0',
  transaction_timeout: '0',
  idle_in_transaction_session_timeout: String(idleInTransactionMs),
  idle_session_timeout: '0',
  // Statements that need more than READ COMMITTED take locks.
  default_transaction_isolation: 'read committed',
  default_transaction_read_only: 'off',
  default_transaction_deferrable: 'off',
  // An accepted job is on disk. Only `off` is replaced: `remote_apply` and others stay.
  synchronous_commit: 'on',
};

/**
 * Applies the settings to the session if the connection leads directly to PostgreSQL, and returns those that the server
 * knows: some exist since versions 14 and 17. Behind a pooler many clients share a session, so nothing is set there.
 * $1 names, $2 values, $3 the process id that the server announced on connecting
 */
const apply = `
SELECT name, value, pg_backend_pid() = $3 AS direct,
       CASE WHEN pg_backend_pid() = $3 THEN set_config(name, value, false) END AS set
  FROM unnest($1::text[], $2::text[]) AS setting(name, value)
 WHERE current_setting(name, true) IS NOT NULL AND (name <> 'synchronous_commit' OR current_setting(name) = 'off')`;

export interface Session {
  /** Whether the session belongs to this connection alone, so that settings and prepared statements last. */
  direct: boolean;
  /** The statement that begins a transaction with our settings. */
  begin: string;
}

/**
 * Detects a pooler such as PgBouncer. Without one, applies the settings. On connecting, PostgreSQL announces
 * the id of the process that serves the session, for cancel requests. A pooler does not know it yet and announces its
 * own number.
 */
export async function openSession(client: pg.ClientBase, processId: number): Promise<Session> {
  const values = [Object.keys(settings), Object.values(settings), processId];
  const { rows } = await client.query<{ name: string; value: string; direct: boolean }>(apply, values);
  const direct = rows.every((row) => row.direct);
  return { direct, begin: direct ? 'BEGIN' : beginWith(rows) };
}

function beginWith(rows: { name: string; value: string }[]): string {
  const local = rows
    .filter(({ name }) => !name.startsWith('default_transaction_'))
    .map(({ name, value }) => `SET LOCAL ${name} = ${pg.escapeLiteral(value)}`);
  return ['BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE', ...local].join('; ');
}
