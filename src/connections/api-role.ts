import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import pg from 'pg';
import { apiFunctions, apiGrants, apiSequences, apiUpdates } from './api-grants.ts';

/** A login role, as its URL names it. */
export interface Login {
  name: string;
  password: string;
}

/** Returns the role of DATABASE_API_URL. */
export function loginOf(apiUrl: string): Login {
  const { username, password } = new URL(apiUrl);
  return { name: decodeURIComponent(username), password: decodeURIComponent(password) };
}

/** What the role must not be or have. Each would lift row-level security or let the role change it. */
const restrictions = 'NOSUPERUSER NOBYPASSRLS NOCREATEROLE NOCREATEDB NOREPLICATION';

/** Returns the statement that creates the role. It holds a verifier instead of the password, which logs would show. */
export function createRole({ name, password }: Login): string {
  const secret = password === '' ? '' : ` PASSWORD ${pg.escapeLiteral(scramVerifier(password))}`;
  return `CREATE ROLE ${pg.escapeIdentifier(name)} LOGIN${secret} ${restrictions}`;
}

/** Returns the statement that gives the role the password of its URL, which then never expires. */
export function changePassword({ name, password }: Login): string {
  const secret = pg.escapeLiteral(scramVerifier(password));
  return `ALTER ROLE ${pg.escapeIdentifier(name)} PASSWORD ${secret} VALID UNTIL 'infinity'`;
}

/** Returns the statements that give the role its privileges. The owner of the tables runs them. */
export function grantStatements({ name }: Pick<Login, 'name'>): string[] {
  const role = pg.escapeIdentifier(name);
  return [
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    ...Object.entries(apiGrants).map(
      ([table, privileges]) => `GRANT ${privileges.join(', ')} ON TABLE public.${table} TO ${role}`,
    ),
    ...Object.entries(apiUpdates).map(
      ([table, columns]) => `GRANT UPDATE (${columns.join(', ')}) ON TABLE public.${table} TO ${role}`,
    ),
    ...apiSequences.map((sequence) => `GRANT USAGE ON SEQUENCE public.${sequence} TO ${role}`),
    ...apiFunctions.map((signature) => `GRANT EXECUTE ON FUNCTION public.${signature} TO ${role}`),
  ];
}

const iterations = 4_096;

/** Returns what PostgreSQL stores of a password (SCRAM-SHA-256). */
function scramVerifier(password: string): string {
  const salt = randomBytes(16);
  const salted = pbkdf2Sync(password.normalize('NFKC'), salt, iterations, 32, 'sha256');
  const clientKey = createHmac('sha256', salted).update('Client Key').digest();
  const storedKey = createHash('sha256').update(clientKey).digest('base64');
  const serverKey = createHmac('sha256', salted).update('Server Key').digest('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${storedKey}:${serverKey}`;
}
