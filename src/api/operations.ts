import { type ExecutionArgs, type ExecutionResult, execute, GraphQLError, type GraphQLSchema } from 'graphql';
import { RequestError } from '../errors.ts';
import { encodeId } from '../ids.ts';
import { noTracing } from '../ops/tracing.ts';
import type { RateLimit } from '../tenants/request-rate.ts';
import { type AdmittedOperation, createAdmit, type OperationParams } from './admission/admit.ts';
import { InvalidDocumentError } from './admission/invalid-document-error.ts';
import { firstFieldOf } from './admission/shape.ts';
import { budgetOf } from './answers/byte-budget.ts';
import { inClientTurn, takeClientTurn } from './answers/client-turns.ts';
import { withinDeadline } from './answers/deadline.ts';
import { HeavyOperations, isHeavy } from './answers/heavy-operations.ts';
import { LargeAnswers } from './answers/large-answers.ts';
import { asClient } from './as-client.ts';
import { recordRefusal } from './audit.ts';
import { type Caller, holderOf } from './caller.ts';
import type { ApiContext, ApiServices } from './context.ts';
import { maskAndCount } from './errors.ts';
import { EventSlots } from './live/event-slots.ts';
import { Results } from './live/results.ts';
import { createSubscribe, type EventExecution } from './live/subscribe.ts';
import { pageSize } from './schema/connection.ts';

/** An operation was refused: nothing was executed. */
export interface Refusal {
  errors: readonly GraphQLError[];
  extensions?: { rateLimit: RateLimit | null };
}

/** Who takes turns, and who holds the memory of a response (`clientOf`, `holderOf`). */
interface Owner {
  client: string;
  holder: string;
}

/** A counted operation. */
export interface Entry {
  rateLimit: RateLimit | null;
  /** Null if the operation may be admitted. */
  refusal: Refusal | null;
}

export interface Requester {
  caller: Caller;
  /** The state of its rate limit, for the response; null without a limit. */
  rateLimit: RateLimit | null;
  /** Identifies the client where clients take turns, see `clientOf`. */
  client: string;
  /** The W3C traceparent of the request; null if it has none. */
  traceparent: string | null;
  /**
   * Aborts when the response was sent or the client has disconnected. Then queries and subscriptions end; mutations run
   * to completion.
   */
  over: AbortSignal;
}

/** The steps that every transport takes with an operation: `enter`, `admit`, then `run`. */
export interface Operations {
  /** Counts an operation against the rate limits of its caller. */
  enter(caller: Caller): Promise<Entry>;
  /**
   * Checks an operation against every limit and the caller's scopes. `readOnly` refuses mutations: a GET must not
   * change anything.
   */
  admit(params: OperationParams, caller: Caller, options?: { readOnly: boolean }): AdmittedOperation | Refusal;
  /** Returns, and counts, a refusal by the transport itself. */
  refuse(error: RequestError): Refusal;
  /** Executes it within its budgets. */
  run(operation: AdmittedOperation, requester: Requester): Promise<ExecutionResult | Results>;
  /** The size of a result of `run`. */
  sizeOf(result: ExecutionResult): AnswerSize;
}

export interface AnswerSize {
  /** Approximate bytes that the result takes in memory. */
  bytes: number;
  /** Whether it is so large that it should be serialised and sent in pieces. */
  isLarge: boolean;
}

export function createOperations(schema: GraphQLSchema, services: ApiServices): Operations {
  const { metrics, operations: limits } = services;
  const maskAll = (errors: readonly GraphQLError[]) => maskAndCount(errors, services);
  const { audit } = services;
  const onForbidden = (caller: Caller, field: string) => recordRefusal({ ...caller, audit }, field);
  const admit = createAdmit(schema, limits, { pageSize, onForbidden });
  const largeAnswers = new LargeAnswers();
  // A batch does not wait for the queries of its client.
  const heavyQueries = new HeavyOperations();
  const heavyMutations = new HeavyOperations();
  const sizes = new WeakMap<ExecutionResult, AnswerSize>();
  const mask = (result: ExecutionResult): ExecutionResult =>
    result.errors === undefined ? result : { ...result, errors: maskAll(result.errors) };
  function measured(answer: ExecutionResult, context: ApiContext): ExecutionResult {
    const { bytesDrawn: bytes, isLarge } = budgetOf(context);
    sizes.set(answer, { bytes, isLarge });
    return answer;
  }
  const subscribe = createSubscribe(mask);
  const events = new EventSlots();
  // Mutations are never cancelled, nor are results of events, which many subscribers may share.
  const { signal: never } = new AbortController();

  /** Executes each event in its own context: loaders and budgets belong to one response. */
  function executionOf(args: ExecutionArgs, context: ApiContext, { client, holder }: Owner): EventExecution {
    function executeIn(contextValue: ApiContext, signal: AbortSignal, rootValue: unknown) {
      const work = { tenantId: context.tenantId, client, kind: 'light', signal } as const;
      return asClient(services.database, work, () => execute({ ...args, contextValue, rootValue }));
    }
    return {
      audience: context.watch === null ? 'key' : 'watch token',
      forAll(event) {
        const result = executeIn({ ...context }, never, event);
        return 'then' in result ? result.then(mask) : mask(result);
      },
      async forOne(event, over) {
        using _ = await events.enter(client, over);
        await takeClientTurn(client);
        const contextValue = { ...context, enterLargeAnswer: () => largeAnswers.enter(holder, over) };
        const result = await executeIn(contextValue, over, event);
        // No client waits for the result, and its errors come from cancelled statements.
        if (over.aborted) return result;
        return measured(mask(result), contextValue);
      },
      inTurn: (begin) => inClientTurn(client, begin),
    };
  }

  return {
    async enter({ tenantId, address, key, watch, allowance }) {
      const sender = { tenantId, keyId: key?.id ?? null, watcher: watch === null ? null : address, allowance };
      const { rateLimit, refusal } = await services.countRequest(sender);
      if (refusal === null) return { rateLimit, refusal };
      return {
        rateLimit,
        refusal: { errors: maskAll([asGraphqlError(refusal)]), extensions: { rateLimit } },
      };
    },
    admit(params, caller, { readOnly } = { readOnly: false }) {
      try {
        const admitted = admit(params, caller);
        return readOnly && admitted.operation.operation === 'mutation' ? { errors: [mutationByGet()] } : admitted;
      } catch (error) {
        const errors = error instanceof InvalidDocumentError ? error.errors : [asGraphqlError(error)];
        return { errors: maskAll(errors) };
      }
    },
    refuse: (error) => ({ errors: maskAll([asGraphqlError(error)]) }),
    async run(
      { document, operation, operationName, variables, cost },
      { caller, rateLimit, client, traceparent, over },
    ) {
      const isMutation = operation.operation === 'mutation';
      const field = firstFieldOf(document, operation.selectionSet);
      // A subscription may last for days.
      const tracing = operation.operation === 'subscription' ? noTracing : services.tracing;
      const span = tracing.start(`${operation.operation} ${field}`, { parent: traceparent, kind: 'SERVER' });
      // Payloads are read from the pool for writes, so that other clients' reads do not delay the response to
      // createJob.
      const database = isMutation ? services.writes : services.database;
      const holder = holderOf(caller);
      const enterLargeAnswer = () => largeAnswers.enter(holder, over);
      const deadline = AbortSignal.timeout(limits.operationSeconds * 1_000);
      const contextValue: ApiContext = {
        ...services,
        ...caller,
        database,
        deadline,
        enterLargeAnswer,
        traceparent: span.traceparent,
      };
      const args: ExecutionArgs = { schema, document, operationName, variableValues: variables, contextValue };
      await takeClientTurn(client);
      if (operation.operation === 'subscription') {
        metrics.subscriptionOpened(over);
        const work = { tenantId: caller.tenantId, client, kind: 'light', signal: over } as const;
        const subscription = () => subscribe(args, executionOf(args, contextValue, { client, holder }));
        const results = await asClient(database, work, subscription);
        return endingWith(over, results);
      }
      const began = performance.now();
      const ended = AbortSignal.any([deadline, over]);
      const { tenantId } = caller;
      const kind = isHeavy(cost) ? 'heavy' : 'light';
      const query = () =>
        withinDeadline(
          asClient(database, { tenantId, client, kind, signal: ended }, () => execute(args)),
          { deadline, late: failed(new RequestError('DEADLINE_EXCEEDED')) },
        );
      const mutation = async () =>
        await asClient(database, { tenantId, client, kind: 'mutation', signal: never }, () => execute(args));
      const turn = { cost, client, signal: ended };
      const result = await (isMutation ? heavyMutations.run(turn, mutation) : heavyQueries.run(turn, query)).catch(
        (error) => failed(ended.aborted ? new RequestError('DEADLINE_EXCEEDED') : error),
      );
      metrics.operationEnded(operation.operation, field, (performance.now() - began) / 1_000);
      span.set({ 'graphql.operation.type': operation.operation, 'pagehive.tenant.id': encodeId('tenant', tenantId) });
      // No client waits for the result, and its errors come from cancelled statements.
      if (over.aborted && !isMutation) {
        span.end();
        return result;
      }
      const answer = mask(result);
      const [error] = answer.errors ?? [];
      if (error !== undefined) span.fail(String(error.extensions.code));
      span.end();
      return measured({ ...answer, extensions: { cost, ...(rateLimit === null ? {} : { rateLimit }) } }, contextValue);
    },
    sizeOf: (result) => sizes.get(result) ?? { bytes: 0, isLarge: false },
  };
}

/** Ends a subscription with its client, even if the client leaves before the first result. */
function endingWith(over: AbortSignal, outcome: Results | ExecutionResult): Results | ExecutionResult {
  if (!(outcome instanceof Results)) return outcome;
  over.addEventListener('abort', () => void outcome.return(), { once: true });
  if (over.aborted) void outcome.return();
  return outcome;
}

function mutationByGet(): GraphQLError {
  return new GraphQLError('Can only perform a mutation operation from a POST request.', {
    extensions: { code: 'METHOD_NOT_ALLOWED' },
  });
}

function failed(error: unknown): ExecutionResult {
  return { data: null, errors: [asGraphqlError(error)] };
}

/** Wraps an error, so that it is masked like the errors of resolvers. */
function asGraphqlError(error: unknown): GraphQLError {
  const original = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(original.message, { originalError: original });
}
