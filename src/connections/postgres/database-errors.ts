/** All connections of a pool stayed busy for as long as a statement waits. The server is alive. */
export class DatabaseBusyError extends Error {
  constructor(options?: ErrorOptions) {
    super('all database connections of this process are busy', options);
    this.name = 'DatabaseBusyError';
  }
}

/** PostgreSQL did not respond while a statement waited for a connection. */
export class DatabaseSilentError extends Error {
  constructor() {
    super('PostgreSQL does not respond');
    this.name = 'DatabaseSilentError';
  }
}

/** The caller's scope was aborted: the statement was cancelled or never sent. */
export class StatementCancelledError extends Error {
  constructor(options?: ErrorOptions) {
    super('the statement was cancelled', options);
    this.name = 'StatementCancelledError';
  }
}

const connectionCodes = new Set([
  // Node.js: no connection, or it broke.
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  // PostgreSQL: shutting down, crashed, starting up; a standby that was not promoted yet.
  '57P01',
  '57P02',
  '57P03',
  '25006',
  // Prisma: cannot reach the server, timed out, connection closed.
  'P1001',
  'P1002',
  'P1008',
  'P1017',
]);

/** PostgreSQL: connection exceptions; out of memory or disk. */
const connectionClasses = /^(08|53)[0-9A-Z]{3}$/;

/** Messages of pg without a code. */
const connectionMessages = /Connection terminated|Client has encountered a connection error/;

/** PostgreSQL: too many connections; Prisma's code for it. */
const fullCodes = ['53300', 'P2037'];

/** The message of PgBouncer when it is full; its code is the general one for protocol violations. */
const fullMessages = /^(query_wait_timeout|no more connections allowed\b.*)$/;

/**
 * PostgreSQL rolled the statement back because of a conflict (serialization failure, deadlock); Prisma's code for both.
 */
const conflictCodes = ['40001', '40P01', 'P2034'];

/**
 * Whether the database cannot be reached now, so that a retry makes sense. Prisma wraps pg's errors differently in each
 * version, so these functions search the whole cause chain of an error.
 */
export function isConnectionError(error: unknown): boolean {
  if (isBusy(error)) return false;
  return holds(error, (each) => {
    if (each instanceof DatabaseSilentError) return true;
    const message = read(each, 'message');
    return (
      codesOf(each).some((code) => connectionCodes.has(code) || connectionClasses.test(code)) ||
      (typeof message === 'string' && connectionMessages.test(message))
    );
  });
}

/** Whether no connection was free for the statement, in the pool or at the server. It did not run. */
export function isBusy(error: unknown): boolean {
  return holds(error, (each) => {
    const message = read(each, 'message');
    return (
      each instanceof DatabaseBusyError ||
      hasCode(each, fullCodes) ||
      (typeof message === 'string' && fullMessages.test(message))
    );
  });
}

/** Whether PostgreSQL ended the statement because of its time limit. It was rolled back. */
export function isStatementTimeout(error: unknown): boolean {
  return holds(error, (each) => hasCode(each, ['57014']));
}

/** Whether PostgreSQL rolled back the statement or transaction because of a conflict: it may run again. */
export function isConflict(error: unknown): boolean {
  return holds(error, (each) => hasCode(each, conflictCodes));
}

/** Whether the statement was cancelled because its scope was aborted. */
export function isCancelled(error: unknown): boolean {
  return holds(error, (each) => each instanceof StatementCancelledError);
}

/** Whether the same statement may succeed a moment later. */
export function isPassing(error: unknown): boolean {
  return isConnectionError(error) || isBusy(error) || isStatementTimeout(error) || isConflict(error);
}

/** Whether the test holds for an error or any error that it wraps. */
function holds(error: unknown, test: (error: object) => boolean): boolean {
  if (typeof error !== 'object' || error === null) return false;
  if (test(error)) return true;
  const inner = [read(error, 'cause'), read(read(error, 'meta'), 'driverAdapterError')];
  if (error instanceof AggregateError) inner.push(...error.errors);
  return inner.some((each) => holds(each, test));
}

function hasCode(error: object, codes: readonly string[]): boolean {
  return codesOf(error).some((code) => codes.includes(code));
}

function codesOf(error: object): string[] {
  return [read(error, 'code'), read(error, 'originalCode')].filter((code) => typeof code === 'string');
}

function read(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, key) : undefined;
}
