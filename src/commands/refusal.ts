import { GraphQLRequestError, ServerUnreachableError } from '../client/errors.ts';
import { describeError } from './watch-messages.ts';
import { toStderr } from './watch-view.ts';

/** Explains what to do if the server cannot be reached. */
export function unreachable(error: ServerUnreachableError): string {
  return `${error.message}. Start it with \`npm start\`, or set PAGEHIVE_URL to its address.`;
}

/** 2 for invalid input, else 1. */
export function exitCodeOf(error: unknown): number {
  return error instanceof GraphQLRequestError && error.code === 'BAD_USER_INPUT' ? 2 : 1;
}

/** Prints a failed request to standard error. Returns the exit code. */
export function printRefusal(error: unknown, about?: string): number {
  const text = error instanceof ServerUnreachableError ? unreachable(error) : describeError(error);
  toStderr(about === undefined ? text : `${about}: ${text}`);
  return exitCodeOf(error);
}
