import { GraphQLError } from 'graphql';
import { isBusy, isConflict, isConnectionError, isStatementTimeout } from '../connections/postgres/database-errors.ts';
import { RequestError } from '../errors.ts';
import type { Logger } from '../ops/logger.ts';
import { isRequestErrorCode, requestErrors, retryAfterSeconds } from '../request-errors.ts';
import { StorageError } from '../storage/storage.ts';

/** Least time between two lines about requests that were refused for the same reason, in milliseconds. */
const refusalLogMs = 10_000;

/** Errors in one answer. More of them say nothing new, and each costs a kilobyte. */
const maxErrors = 100;

const longestMessage = 1_000;

/**
 * Maps what was thrown to what a request is answered with: expected errors as they are, all others masked and logged in
 * full.
 */
export function toRequestError(error: unknown, logger: Logger): RequestError {
  const mapped = classify(error);
  report([{ mapped, thrown: error }], logger);
  return mapped;
}

/** The `extensions` of an error in an answer. */
export function extensionsOf({ code, issues, details }: RequestError): Record<string, unknown> {
  const { advice } = requestErrors[code];
  return { code, advice, ...details, ...(issues === null ? {} : { issues }) };
}

/** After how many seconds a client may try again, from the `extensions` of an error; null if trying again does not help. */
export function retryAfterOf({ code, retryAfterSeconds: exact }: Record<string, unknown>): number | null {
  if (typeof exact === 'number') return exact;
  return typeof code === 'string' && isRequestErrorCode(code) ? retryAfterSeconds(code) : null;
}

/**
 * The errors of one operation as clients may see them: at most 100, with one line in the log for all that were unexpected.
 * GraphQL's own errors about a request (syntax, unknown fields, wrong variables) pass: they are written for clients.
 */
export function maskErrors(errors: readonly GraphQLError[], logger: Logger): GraphQLError[] {
  const unexpected: Mapped[] = [];
  const masked = errors.slice(0, maxErrors).map((error) => {
    const thrown = error.originalError;
    if (thrown == null || thrown instanceof GraphQLError) return withCode(error);
    const mapped = classify(thrown);
    unexpected.push({ mapped, thrown });
    return new GraphQLError(mapped.message, { nodes: error.nodes, path: error.path, extensions: extensionsOf(mapped) });
  });
  report(unexpected, logger, errors.length);
  return masked;
}

interface Mapped {
  mapped: RequestError;
  thrown: unknown;
}

function classify(error: unknown): RequestError {
  if (error instanceof RequestError) return error;
  if (isBusy(error) || isConflict(error)) return new RequestError('OVERLOADED', { cause: error });
  if (isStatementTimeout(error)) return new RequestError('DEADLINE_EXCEEDED', { cause: error });
  if (isConnectionError(error)) return new RequestError('SERVICE_UNAVAILABLE', { cause: error });
  if (error instanceof StorageError) {
    return new RequestError('SERVICE_UNAVAILABLE', {
      message: 'The storage cannot be reached right now.',
      cause: error,
    });
  }
  return new RequestError('INTERNAL_SERVER_ERROR', { cause: error });
}

/** Writes at most one line, about the worst of the errors. */
function report(all: readonly Mapped[], logger: Logger, count = all.length): void {
  const failed = all.filter(({ mapped, thrown }) => mapped !== thrown);
  const worst = failed.find(({ mapped }) => mapped.code === 'INTERNAL_SERVER_ERROR') ?? failed[0];
  if (worst === undefined) return;
  const fields = { err: worst.thrown, ...(count > 1 ? { errors: count } : {}) };
  if (worst.mapped.code === 'INTERNAL_SERVER_ERROR') logger.error(fields, 'a request failed unexpectedly');
  else if (worst.thrown instanceof StorageError) logger.error(fields, 'a request failed: the storage is unavailable');
  else reportRefusal(worst.mapped, fields, logger);
}

/** What was refused since the last line, by code. */
const unreported = new WeakMap<Logger, Map<string, { requests: number; at: number }>>();

/** An overloaded or lost server refuses every request: one line in a while tells how many. */
function reportRefusal({ code, message }: RequestError, fields: object, logger: Logger): void {
  const byCode = unreported.get(logger) ?? new Map<string, { requests: number; at: number }>();
  unreported.set(logger, byCode);
  const { requests, at } = byCode.get(code) ?? { requests: 0, at: Number.NEGATIVE_INFINITY };
  const now = performance.now();
  if (now - at < refusalLogMs) {
    byCode.set(code, { requests: requests + 1, at });
    return;
  }
  byCode.set(code, { requests: 0, at: now });
  logger.warn({ ...fields, ...(requests > 0 ? { othersBefore: requests } : {}) }, `a request failed: ${message}`);
}

/** GraphQL repeats a whole rejected variable, perhaps megabytes, before it says what is wrong with it. */
function shorten(message: string): string {
  if (message.length <= longestMessage) return message;
  return `${message.slice(0, longestMessage / 2)} … ${message.slice(-longestMessage / 2)}`;
}

function withCode(error: GraphQLError): GraphQLError {
  if (error.extensions.code !== undefined) return error;
  const { message, nodes, source, positions, path, extensions } = error;
  return new GraphQLError(shorten(message), {
    nodes,
    source,
    positions,
    path,
    extensions: { ...extensions, code: 'BAD_USER_INPUT' },
  });
}
