import pg from 'pg';
import { minDatabaseConnections } from '../../config/config.ts';
import type { PostgresConnection } from './connection.ts';

/** The processes that share DATABASE_CONNECTIONS on this server. */
export interface Demand {
  /** Number of processes that are about to start. */
  processes: number;
  /** Maximum number of connections of each. */
  connections: number;
}

const facts = `
SELECT current_database() AS database, session_user AS role,
       pg_encoding_to_char(d.encoding) AS encoding, pg_is_in_recovery() AS standby,
       CASE WHEN r.rolsuper OR r.rolconnlimit < 0 THEN NULL ELSE r.rolconnlimit END AS "roleLimit",
       CASE WHEN r.rolsuper OR d.datconnlimit < 0 THEN NULL ELSE d.datconnlimit END AS "databaseLimit",
       current_setting('max_connections')::int AS "serverLimit",
       current_setting('superuser_reserved_connections')::int
         + coalesce(current_setting('reserved_connections', true)::int, 0) AS reserved
  FROM pg_database d, pg_roles r WHERE d.datname = current_database() AND r.rolname = session_user`;

interface Facts extends Record<string, unknown> {
  database: string;
  role: string;
  encoding: string;
  standby: boolean;
  roleLimit: number | null;
  databaseLimit: number | null;
  serverLimit: number;
  reserved: number;
}

/**
 * Returns what is wrong with a server and how to fix it, in one line; null if Pagehive can run on it. Changes nothing.
 */
export async function findObstacle(connection: PostgresConnection, demand: Demand | null): Promise<string | null> {
  const { direct, begin } = await connection.openSession();
  const refusal = await connection.query(begin).then(
    () => connection.query('COMMIT').then(() => null),
    (error: unknown) => (error instanceof pg.DatabaseError ? error : Promise.reject(error)),
  );
  if (refusal !== null) {
    return `the server refuses a transaction (${refusal.message}): set pool_mode = transaction if it is a pooler`;
  }
  const { rows } = await connection.query<Facts>(facts);
  const [found] = rows;
  if (found === undefined) throw new Error('the server knows neither its database nor its role');
  const { database, encoding, standby } = found;
  if (encoding !== 'UTF8') {
    return `the database ${database} has the encoding ${encoding}, and Pagehive needs UTF8: name another database, made by CREATE DATABASE ${pg.escapeIdentifier(`${database}_utf8`)} ENCODING 'UTF8' TEMPLATE template0`;
  }
  if (standby) return 'the server is a standby and accepts no writes: name the primary server';
  // A pooler shares the server's connections among its clients, and makes them wait.
  return direct && demand !== null ? tooFewConnections(found, demand) : null;
}

function tooFewConnections(found: Facts, { processes, connections }: Demand): string | null {
  const needed = processes * connections;
  const [least] = limitsOf(found, needed).sort((a, b) => a.most - b.most);
  if (least === undefined || least.most >= needed) return null;
  const each = Math.floor(least.most / processes);
  const lower = each < minDatabaseConnections ? '' : `set DATABASE_CONNECTIONS=${each}, or `;
  const who = processes === 1 ? 'this process' : `${processes} processes`;
  return `${least.whose} ${least.most} connections, and ${who} with DATABASE_CONNECTIONS=${connections} may need ${needed}: ${lower}run ${least.raise}`;
}

interface Limit {
  most: number;
  /** The beginning of a sentence that continues with the number. */
  whose: string;
  /** The statement that raises the limit to what is needed. */
  raise: string;
}

function limitsOf({ role, roleLimit, database, databaseLimit, serverLimit, reserved }: Facts, needed: number): Limit[] {
  const limits: Limit[] = [
    {
      most: serverLimit - reserved,
      whose: 'the server accepts',
      raise: `ALTER SYSTEM SET max_connections = ${needed + reserved}, and restart it`,
    },
  ];
  if (roleLimit !== null) {
    const raise = `ALTER ROLE ${pg.escapeIdentifier(role)} CONNECTION LIMIT ${needed}`;
    limits.push({ most: roleLimit, whose: `the role ${role} may have`, raise });
  }
  if (databaseLimit !== null) {
    const raise = `ALTER DATABASE ${pg.escapeIdentifier(database)} CONNECTION LIMIT ${needed}`;
    limits.push({ most: databaseLimit, whose: `the database ${database} may have`, raise });
  }
  return limits;
}
