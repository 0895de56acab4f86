import pg from 'pg';
import { changePassword, createRole, grantStatements, type Login, loginOf } from './api-role.ts';
import { type Excess, excessesOf, lacksOf, type Run, useAnother } from './api-role-check.ts';
import { connect, hasCode, locked, MigrationError, messageOf, runOn } from './migration-connection.ts';
import type { PostgresConnection } from './postgres/connection.ts';
import { anotherDatabase, isSameDatabase } from './same-database.ts';

export interface PrepareOptions {
  /** Called with one line about what is done. */
  log(line: string): void;
  /** Called in the transaction that changes the role. */
  record(run: Run, role: string): Promise<void>;
}

/**
 * Creates the role of DATABASE_API_URL, or corrects it: its password, attributes, memberships and privileges. Throws
 * `MigrationError` if it may do more than requests need and this role cannot change that.
 */
export async function prepareApiRole(
  connection: PostgresConnection,
  apiUrl: string,
  { log, record }: PrepareOptions,
): Promise<void> {
  const login = loginOf(apiUrl);
  const before = await tryLogin(apiUrl);
  await before.connection?.end();
  const hasOtherPassword = hasCode(before.error, '28P01');
  const changed = await locked(connection, async (run) => {
    const changes = await correct(run, login, hasOtherPassword);
    if (changes) await record(run, login.name);
    return changes;
  });
  if (changed) log(`prepared the role ${login.name} for the API`);
  await checkLogin(connection, apiUrl, log);
}

/** Returns whether anything changed. */
async function correct(run: Run, login: Login, hasOtherPassword: boolean): Promise<boolean> {
  let found = await lacksOf(run, login.name);
  const isNew = found === null;
  if (isNew) await orPrint(login, () => run(createRole(login), []));
  const changed = [isNew, await correctExcesses(run, login)];
  found = await lacksOf(run, login.name);
  if (found === null) throw new Error('a role is missing right after it was created');
  const role = pg.escapeIdentifier(login.name);
  if (found.lacksLogin) changed.push(await alter(run, login, `ALTER ROLE ${role} LOGIN`));
  if (hasOtherPassword && !isNew && login.password !== '') changed.push(await alter(run, login, changePassword(login)));
  if (found.lacksConnect) {
    const statement = `GRANT CONNECT ON DATABASE ${pg.escapeIdentifier(found.database)} TO ${role}`;
    changed.push(await alter(run, login, statement));
  }
  if (found.lacks.length > 0) {
    await orPrint(login, async () => {
      for (const statement of grantStatements(login)) await run(statement, []);
    });
    changed.push(true);
  }
  return changed.includes(true);
}

/** Takes from the role what exceeds its needs. Returns whether anything changed. */
async function correctExcesses(run: Run, { name }: Login): Promise<boolean> {
  const excesses = await excessesOf(run, name);
  const refused = excesses.find(({ repair }) => repair === null);
  if (refused !== undefined) throw new MigrationError(`DATABASE_API_URL: ${refused.problem}: ${useAnother}`);
  for (const { repair } of excesses) if (repair !== null) await tryRun(run, repair);
  const [left]: Excess[] = excesses.length === 0 ? [] : await excessesOf(run, name);
  if (left !== undefined) throw new MigrationError(`DATABASE_API_URL: ${left.problem}: ${letRun(left.repair ?? '')}`);
  return excesses.length > 0;
}

/** Runs a statement that may fail, without failing the transaction. The caller examines what it achieved. */
async function tryRun(run: Run, statement: string): Promise<void> {
  await run('SAVEPOINT attempt', []);
  try {
    await run(statement, []);
  } catch (error) {
    if (!(error instanceof pg.DatabaseError)) throw error;
    await run('ROLLBACK TO SAVEPOINT attempt', []);
  }
}

/** Runs a statement that changes an existing role. */
async function alter(run: Run, { name }: Login, statement: string): Promise<true> {
  try {
    await run(statement, []);
    return true;
  } catch (error) {
    if (!hasCode(error, '42501')) throw error;
    const shown = statement.replace(/PASSWORD '.*?'/, "PASSWORD '…'");
    throw new MigrationError(`the role ${name} cannot be corrected (${messageOf(error)}): ${letRun(shown)}`, {
      cause: error,
    });
  }
}

function letRun(statement: string): string {
  return `let an administrator run ${statement}, then migrate again`;
}

/** Runs statements that `--print-roles` prints, too. */
async function orPrint(login: Login, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!hasCode(error, '42501')) throw error;
    const fix =
      'let an administrator run the statements that `pagehive migrate --print-roles` prints, then migrate again';
    throw new MigrationError(`the role ${login.name} cannot be prepared (${messageOf(error)}): ${fix}`, {
      cause: error,
    });
  }
}

interface Attempt {
  connection: PostgresConnection | null;
  /** Whether the server refused the role or its password. */
  isRefused: boolean;
  error: unknown;
}

/** Codes of a refused login: authentication, password. */
const refusals = ['28000', '28P01'];

async function tryLogin(apiUrl: string): Promise<Attempt> {
  try {
    return { connection: await connect(apiUrl), isRefused: false, error: null };
  } catch (error) {
    return { connection: null, isRefused: refusals.some((code) => hasCode(error, code)), error };
  }
}

/** Checks that the role can log in now, and to this database. */
async function checkLogin(connection: PostgresConnection, apiUrl: string, log: (line: string) => void): Promise<void> {
  const attempt = await tryLogin(apiUrl);
  if (attempt.connection === null) {
    const reason = messageOf(attempt.error);
    if (attempt.isRefused)
      throw new MigrationError(
        `DATABASE_API_URL: its role cannot log in (${reason}): check user, password and pg_hba.conf`,
      );
    // `migrate` may run where only DATABASE_URL can be reached.
    log(`DATABASE_API_URL cannot be reached from here (${reason}): not checked`);
    return;
  }
  const other = attempt.connection;
  try {
    const isSame = await locked(connection, (run) => isSameDatabase(run, runOn(other)));
    if (!isSame) throw new MigrationError(`DATABASE_API_URL: ${anotherDatabase}`);
  } finally {
    await other.end();
  }
}
