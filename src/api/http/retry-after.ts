import type { ExecutionResult } from 'graphql';
import type { Plugin } from 'graphql-yoga';
import { isRequestErrorCode, requestErrors } from '../../request-errors.ts';
import { retryAfterOf } from '../errors.ts';

/**
 * Responds with 503 and Retry-After if an operation returned nothing because the server was too busy or the database
 * down.
 */
export function createRetryAfter(): Plugin {
  return {
    onResultProcess({ result, setResult }) {
      if (!isResult(result) || !isEmpty(result)) return;
      for (const { extensions } of result.errors ?? []) {
        const code = String(extensions?.code);
        const seconds = retryAfterOf(extensions ?? {});
        if (!isRequestErrorCode(code) || seconds === null) continue;
        const http = { status: requestErrors[code].status, headers: { 'retry-after': String(seconds) } };
        setResult({ ...result, extensions: { ...result.extensions, http } });
        return;
      }
    },
  };
}

function isResult(result: unknown): result is ExecutionResult {
  return typeof result === 'object' && result !== null && 'errors' in result && Array.isArray(result.errors);
}

function isEmpty({ data }: ExecutionResult): boolean {
  return data == null || Object.values(data).every((value) => value === null);
}
