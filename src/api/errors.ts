import { GraphQLError } from 'graphql';
import { isBusy, isConflict, isConnectionError, isStatementTimeout } from '../connections/postgres/database-errors.ts';
import { RequestError } from '../errors.ts';
import type { Logger } from '../ops/logger.ts';
import type { ProcessMetrics } from '../ops/process-metrics.ts';
import type { LimitName } from '../refusal-limits.ts';
import { isRequestErrorCode, type RequestErrorCode, requestErrors, retryAfterSeconds } from '../request-errors.ts';
import { StorageError } from '../storage/storage.ts';

/** Minimum time between two log lines about requests refused for the same reason, in milliseconds. */
const refusalLogMs = 10_000;

/** Maximum errors in a response. More would add no information, and each takes a kilobyte. */
export const maxErrors = 100;

const longestMessage = 1_000;

/** Maps an error to the error of a response: expected ones unchanged; all others are masked and logged in full. */
export function toRequestError(error: unknown, logger: Logger): RequestError {
  const mapped = classify(error);
  report([{ mapped, thrown: error }], logger);
  return mapped;
}

/** Returns the code of what was thrown, as clients see it. */
export function codeOf(error: unknown): RequestErrorCode {
  return classify(error).code;
}

/** Returns the limit that refused what was thrown; null if none did. */
export function limitOf(error: unknown): LimitName | null {
  return classify(error).limit;
}

/** Returns the `extensions` of an error in a response. */
export function extensionsOf({ code, issues, details }: RequestError): Record<string, unknown> {
  const { advice } = requestErrors[code];
  return { code, advice, ...details, ...(issues === null ? {} : { issues }) };
}

/** Returns the seconds until a client may retry, from an error's `extensions`; null if retrying does not help. */
export function retryAfterOf({ code, retryAfterSeconds: exact }: Record<string, unknown>): number | null {
  if (typeof exact === 'number') return exact;
  return typeof code === 'string' && isRequestErrorCode(code) ? retryAfterSeconds(code) : null;
}

/**
 * Returns the errors of one operation as clients may see them: at most 100. Unexpected ones are logged in one line.
 * GraphQL's own errors about a request (syntax, unknown fields, invalid variables) pass: they are written for clients.
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
  if (isBusy(error)) return new RequestError('OVERLOADED', { cause: error });
  if (isConflict(error)) return new RequestError('OVERLOADED', { cause: error, limit: 'database_conflicts' });
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

/** Refusals since the last log line, by code. */
const unreported = new WeakMap<Logger, Map<string, { requests: number; at: number }>>();

/** An overloaded or disconnected server refuses every request, so one log line per interval reports their number. */
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

/** Shortens a message: GraphQL repeats a whole rejected variable, perhaps megabytes, before the reason. */
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

/** Masks the errors of a response, and counts them for the metrics. */
export function maskAndCount(
  errors: readonly GraphQLError[],
  { logger, metrics }: { logger: Logger; metrics: ProcessMetrics },
): GraphQLError[] {
  const masked = maskErrors(errors, logger);
  for (const { extensions } of masked) metrics.errorSent(String(extensions.code));
  for (const { originalError } of errors.slice(0, maxErrors)) {
    const limit = originalError == null ? null : limitOf(originalError);
    if (limit !== null) metrics.refused(limit);
  }
  return masked;
}
