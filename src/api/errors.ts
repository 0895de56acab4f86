import { GraphQLError } from 'graphql';
import { isConnectionError } from '../connections/database.ts';
import { RequestError, requestErrors } from '../errors.ts';
import type { Logger } from '../ops/logger.ts';
import { StorageError } from '../storage/storage.ts';

/** What a request is answered with, whatever was thrown: expected errors as they are, all others masked and logged in full. */
export function toRequestError(error: unknown, logger: Logger): RequestError {
  if (error instanceof RequestError) return error;
  if (isConnectionError(error)) {
    logger.warn({ err: error }, 'a request met a database that cannot be reached');
    return new RequestError('SERVICE_UNAVAILABLE', { cause: error });
  }
  if (error instanceof StorageError) {
    logger.error({ err: error }, 'a request met a storage that cannot be read or written');
    return new RequestError('SERVICE_UNAVAILABLE', {
      message: 'The storage cannot be reached right now.',
      cause: error,
    });
  }
  logger.error({ err: error }, 'a request failed unexpectedly');
  return new RequestError('INTERNAL_SERVER_ERROR', { cause: error });
}

function extensions(error: RequestError) {
  const { advice } = requestErrors[error.code];
  return { code: error.code, advice, ...(error.issues === null ? {} : { issues: error.issues }) };
}

const longestMessage = 1_000;

/** GraphQL shows the whole value of a variable that it refuses, a document of megabytes perhaps, before it says what is wrong with it. */
function shorten(message: string): string {
  if (message.length <= longestMessage) return message;
  return `${message.slice(0, longestMessage / 2)} … ${message.slice(-longestMessage / 2)}`;
}

/** GraphQL's own complaints about the request (syntax, unknown fields, wrong variables) pass; they are written for clients. */
export function createErrorMask(logger: Logger): (error: unknown) => GraphQLError {
  return (error) => {
    const original = error instanceof GraphQLError ? error.originalError : error;
    if (
      error instanceof GraphQLError &&
      (original === undefined || original === null || original instanceof GraphQLError)
    ) {
      if (error.extensions.code !== undefined) return error;
      const { message, nodes, source, positions, path, extensions: given } = error;
      return new GraphQLError(shorten(message), {
        nodes,
        source,
        positions,
        path,
        extensions: { ...given, code: 'BAD_USER_INPUT' },
      });
    }
    const mapped = toRequestError(original, logger);
    const at = error instanceof GraphQLError ? { nodes: error.nodes, path: error.path } : {};
    return new GraphQLError(mapped.message, { ...at, extensions: extensions(mapped) });
  };
}
