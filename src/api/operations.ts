import { type ExecutionArgs, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from 'graphql';
import { RequestError } from '../errors.ts';
import { type AdmittedOperation, createAdmit, type OperationParams } from './admission/admit.ts';
import { InvalidDocumentError } from './admission/invalid-document-error.ts';
import type { Caller } from './authenticate.ts';
import type { ApiContext, ApiServices } from './context.ts';
import { maskErrors } from './errors.ts';
import { Results } from './results.ts';
import { pageSize } from './schema/connection.ts';
import { createSubscribe } from './subscribe.ts';

/** An operation was refused: nothing was executed. */
export interface Refusal {
  errors: readonly GraphQLError[];
}

export interface Requester {
  caller: Caller;
  /** Aborted when the client has gone. Queries and subscriptions end then; a mutation that has begun is finished. */
  signal: AbortSignal;
}

/** What every transport does with an operation: `admit`, then `run`. */
export interface Operations {
  /** Checks an operation against every limit. `readOnly` refuses mutations: a GET must not change anything. */
  admit(params: OperationParams, options?: { readOnly: boolean }): AdmittedOperation | Refusal;
  /** Executes it within its budgets. */
  run(operation: AdmittedOperation, requester: Requester): Promise<ExecutionResult | Results>;
}

export function createOperations(schema: GraphQLSchema, services: ApiServices): Operations {
  const { logger, operations: limits } = services;
  const admit = createAdmit(schema, limits, pageSize);
  const mask = (result: ExecutionResult): ExecutionResult =>
    result.errors === undefined ? result : { ...result, errors: maskErrors(result.errors, logger) };
  const subscribe = createSubscribe(mask);

  return {
    admit(params, { readOnly } = { readOnly: false }) {
      try {
        const admitted = admit(params);
        return readOnly && admitted.operation.operation === 'mutation' ? { errors: [mutationByGet()] } : admitted;
      } catch (error) {
        const errors = error instanceof InvalidDocumentError ? error.errors : [asGraphqlError(error)];
        return { errors: maskErrors(errors, logger) };
      }
    },
    async run({ document, operation, operationName, variables, cost }, { caller, signal }) {
      const contextValue: ApiContext = { ...services, ...caller };
      const args: ExecutionArgs = { schema, document, operationName, variableValues: variables, contextValue };
      if (operation.operation === 'subscription') return endingWith(signal, await subscribe(args));
      const cancelled = operation.operation === 'mutation' ? null : signal;
      const result = await withinDeadline(execute(args), limits.operationSeconds * 1_000, cancelled);
      return { ...mask(result), extensions: { cost } };
    },
  };
}

/** Ends a subscription with its client, also one that leaves before the first result. */
function endingWith(signal: AbortSignal, outcome: Results | ExecutionResult): Results | ExecutionResult {
  if (!(outcome instanceof Results)) return outcome;
  signal.addEventListener('abort', () => void outcome.return(), { once: true });
  if (signal.aborted) void outcome.return();
  return outcome;
}

/**
 * The result of an execution, or an error when its time is up or its client has gone. Execution cannot be interrupted: what
 * it started goes on until its next statement.
 */
async function withinDeadline(
  execution: ExecutionResult | Promise<ExecutionResult>,
  ms: number,
  signal: AbortSignal | null,
): Promise<ExecutionResult> {
  if (!('then' in execution)) return execution;
  const late: ExecutionResult = { data: null, errors: [asGraphqlError(new RequestError('DEADLINE_EXCEEDED'))] };
  let stop: () => void = () => undefined;
  const ended = new Promise<ExecutionResult>((resolve) => {
    stop = () => resolve(late);
  });
  const timer = setTimeout(stop, ms);
  signal?.addEventListener('abort', stop, { once: true });
  try {
    return await Promise.race([execution, ended]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

function mutationByGet(): GraphQLError {
  return new GraphQLError('Can only perform a mutation operation from a POST request.', {
    extensions: { code: 'METHOD_NOT_ALLOWED' },
  });
}

/** Wraps what was thrown, so that it is masked like the errors of resolvers. */
function asGraphqlError(error: unknown): GraphQLError {
  const original = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(original.message, { originalError: original });
}
