import { type ExecutionArgs, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from 'graphql';
import { RequestError } from '../errors.ts';
import { type AdmittedOperation, createAdmit, type OperationParams } from './admission/admit.ts';
import { InvalidDocumentError } from './admission/invalid-document-error.ts';
import { budgetOf } from './answers/byte-budget.ts';
import { inClientTurn, takeClientTurn } from './answers/client-turns.ts';
import { HeavyOperations, isHeavy } from './answers/heavy-operations.ts';
import { LargeAnswers } from './answers/large-answers.ts';
import type { Caller } from './caller.ts';
import type { ApiContext, ApiServices } from './context.ts';
import { maskErrors } from './errors.ts';
import { EventSlots } from './live/event-slots.ts';
import { Results } from './live/results.ts';
import { createSubscribe, type EventExecution } from './live/subscribe.ts';
import { pageSize } from './schema/connection.ts';

/** An operation was refused: nothing was executed. */
export interface Refusal {
  errors: readonly GraphQLError[];
}

/** Statements of one client that run at the same time, at most: others have their turn. */
const statementsAtOnce = 4;
/** Of these, those of its heavy queries. */
const heavyStatementsAtOnce = 3;

export interface Requester {
  caller: Caller;
  /** Identifies the client where clients take turns, see `clientOf`. */
  client: string;
  /**
   * Aborted when the answer was sent, or its client has gone. Queries and subscriptions end then; mutations are finished.
   */
  over: AbortSignal;
}

/** What every transport does with an operation: `admit`, then `run`. */
export interface Operations {
  /** Checks an operation against every limit and the scopes of the caller. `readOnly` refuses mutations: a GET must not change anything. */
  admit(params: OperationParams, caller: Caller, options?: { readOnly: boolean }): AdmittedOperation | Refusal;
  /** Executes it within its budgets. */
  run(operation: AdmittedOperation, requester: Requester): Promise<ExecutionResult | Results>;
  /** The size of a result of `run`. */
  sizeOf(result: ExecutionResult): AnswerSize;
}

export interface AnswerSize {
  /** About as many as it has in memory. */
  bytes: number;
  /** Whether it is so large that it should be serialised and sent in pieces. */
  isLarge: boolean;
}

export function createOperations(schema: GraphQLSchema, services: ApiServices): Operations {
  const { logger, operations: limits } = services;
  const admit = createAdmit(schema, limits, pageSize);
  const largeAnswers = new LargeAnswers();
  const heavy = new HeavyOperations();
  const sizes = new WeakMap<ExecutionResult, AnswerSize>();
  const mask = (result: ExecutionResult): ExecutionResult =>
    result.errors === undefined ? result : { ...result, errors: maskErrors(result.errors, logger) };
  function measured(answer: ExecutionResult, context: ApiContext): ExecutionResult {
    const { bytesDrawn: bytes, isLarge } = budgetOf(context);
    sizes.set(answer, { bytes, isLarge });
    return answer;
  }
  const subscribe = createSubscribe(mask);
  const events = new EventSlots();
  // The result of an event may be shared by many subscribers: none of them cancels it.
  const { signal: never } = new AbortController();

  /** Executes events in contexts of their own: loaders and budgets belong to one answer. */
  function executionOf(args: ExecutionArgs, context: ApiContext, client: string): EventExecution {
    function executeIn(contextValue: ApiContext, signal: AbortSignal, rootValue: unknown) {
      const scope = { owner: client, atOnce: statementsAtOnce, signal };
      return services.database.within(scope, () => execute({ ...args, contextValue, rootValue }));
    }
    return {
      forAll(event) {
        const result = executeIn({ ...context }, never, event);
        return 'then' in result ? result.then(mask) : mask(result);
      },
      async forOne(event, over) {
        using _ = await events.enter(client, over);
        await takeClientTurn(client);
        const contextValue = { ...context, enterLargeAnswer: () => largeAnswers.enter(client, over) };
        const result = await executeIn(contextValue, over, event);
        // Nobody waits for it, and its errors are those of cancelled statements.
        if (over.aborted) return result;
        return measured(mask(result), contextValue);
      },
      inTurn: (begin) => inClientTurn(client, begin),
    };
  }

  return {
    admit(params, caller, { readOnly } = { readOnly: false }) {
      try {
        const admitted = admit(params, caller);
        return readOnly && admitted.operation.operation === 'mutation' ? { errors: [mutationByGet()] } : admitted;
      } catch (error) {
        const errors = error instanceof InvalidDocumentError ? error.errors : [asGraphqlError(error)];
        return { errors: maskErrors(errors, logger) };
      }
    },
    async run({ document, operation, operationName, variables, cost }, { caller, client, over }) {
      const isMutation = operation.operation === 'mutation';
      // Payloads are read over the pool for writes: the answer to createJob must not wait for the reads of others.
      const database = isMutation ? services.writes : services.database;
      const enterLargeAnswer = () => largeAnswers.enter(client, over);
      const deadline = AbortSignal.timeout(limits.operationSeconds * 1_000);
      const contextValue: ApiContext = { ...services, ...caller, database, deadline, enterLargeAnswer };
      const args: ExecutionArgs = { schema, document, operationName, variableValues: variables, contextValue };
      await takeClientTurn(client);
      if (operation.operation === 'subscription') {
        const results = await subscribe(args, executionOf(args, contextValue, client));
        return endingWith(over, results);
      }
      const ended = AbortSignal.any([deadline, over]);
      // The light queries of a client do not wait behind the statements of its heavy ones.
      const scope = isHeavy(cost)
        ? { owner: `${client} heavy`, atOnce: heavyStatementsAtOnce, signal: ended }
        : { owner: client, atOnce: statementsAtOnce, signal: ended };
      const query = () =>
        withinDeadline(
          database.within(scope, () => execute(args)),
          deadline,
        );
      const result = isMutation
        ? await execute(args)
        : await heavy
            .run({ cost, client, signal: ended }, query)
            .catch((error) => failed(ended.aborted ? new RequestError('DEADLINE_EXCEEDED') : error));
      // Nobody waits for it, and its errors are those of cancelled statements.
      if (over.aborted && !isMutation) return result;
      return measured({ ...mask(result), extensions: { cost } }, contextValue);
    },
    sizeOf: (result) => sizes.get(result) ?? { bytes: 0, isLarge: false },
  };
}

/** Ends a subscription with its client, also one that leaves before the first result. */
function endingWith(over: AbortSignal, outcome: Results | ExecutionResult): Results | ExecutionResult {
  if (!(outcome instanceof Results)) return outcome;
  over.addEventListener('abort', () => void outcome.return(), { once: true });
  if (over.aborted) void outcome.return();
  return outcome;
}

/**
 * The result of an execution, or an error when its time is up. Execution cannot be interrupted: it ends soon after, because
 * its statements are cancelled and further ones refused. So does one whose client has gone, which is waited for: it is not
 * over before.
 */
async function withinDeadline(
  execution: ExecutionResult | Promise<ExecutionResult>,
  ended: AbortSignal,
): Promise<ExecutionResult> {
  if (!('then' in execution)) return execution;
  const late = failed(new RequestError('DEADLINE_EXCEEDED'));
  const stop = new AbortController();
  const isLate = new Promise<ExecutionResult>((resolve) => {
    ended.addEventListener('abort', () => resolve(late), { once: true, signal: stop.signal });
    if (ended.aborted) resolve(late);
  });
  return await Promise.race([execution, isLate]).finally(() => stop.abort());
}

function mutationByGet(): GraphQLError {
  return new GraphQLError('Can only perform a mutation operation from a POST request.', {
    extensions: { code: 'METHOD_NOT_ALLOWED' },
  });
}

function failed(error: unknown): ExecutionResult {
  return { data: null, errors: [asGraphqlError(error)] };
}

/** Wraps what was thrown, so that it is masked like the errors of resolvers. */
function asGraphqlError(error: unknown): GraphQLError {
  const original = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(original.message, { originalError: original });
}
