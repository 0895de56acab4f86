import type { ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { RequestError } from '../errors.ts';
import { isRequestErrorCode, requestErrors } from '../request-errors.ts';
import { takeClientTurn } from './answers/client-turns.ts';
import type { Admission } from './authenticate.ts';
import { clientOf } from './caller.ts';
import { extensionsOf, retryAfterOf } from './errors.ts';
import { createLargeAnswer } from './http/large-answer.ts';
import { createReceivedParams, type ReceivedRequest } from './http/received.ts';
import { createRetryAfter } from './http/retry-after.ts';
import { Results } from './live/results.ts';
import { createServerSentEvents, type HttpContext } from './live/sse.ts';
import { freeBytes, type MemoryBudget } from './memory-budget.ts';
import type { AnswerSize, Operations, Refusal } from './operations.ts';
import { schema } from './schema/schema.ts';

/** What the server hands to Yoga with each request. */
interface RequestContext extends HttpContext, ReceivedRequest {
  admission: Admission;
}

export type Graphql = ReturnType<typeof createGraphql>;

export interface GraphqlOptions {
  keepAliveMs: number;
  /** Bytes that wait for their clients. */
  unsent: MemoryBudget;
}

/**
 * GraphQL over HTTP, and SSE for subscriptions. Yoga writes the answers; `operations` admits and runs what requests hold, as
 * over WebSocket.
 */
export function createGraphql(operations: Operations, { keepAliveMs, unsent }: GraphqlOptions) {
  const isLarge = (result: ExecutionResult) => operations.sizeOf(result).isLarge;
  return createYoga<RequestContext>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    // The HTTP server has read the body already, within limits.
    maxRequestBodySize: false,
    multipart: false,
    // The HTTP server knows which origins may read answers.
    cors: false,
    logging: false,
    // The HTTP server has its own page, made once.
    graphiql: false,
    // Nothing is executed by Yoga itself.
    maskedErrors: false,
    parserAndValidationCache: false,
    plugins: [
      createReceivedParams(),
      runOperations(operations, unsent),
      createServerSentEvents({ keepAliveMs, unsent, isLarge }),
      createLargeAnswer(isLarge),
      createRetryAfter(),
    ],
  });
}

/** Puts our own way of running an operation in place of Yoga's, which WebSockets could not share. */
function runOperations(operations: Operations, unsent: MemoryBudget): Plugin<object, RequestContext> {
  /** Large answers have a limit of their own. */
  function holdUntilSent({ bytes, isLarge }: AnswerSize, address: string, response: ServerResponse): void {
    if (isLarge || bytes <= freeBytes || response.closed) return;
    const held = unsent.open(address, () => response.destroy());
    response.once('close', held.release);
    held.take(bytes);
  }

  return {
    onParams({ setParamsHandler }) {
      setParamsHandler(async ({ params: { query = '', operationName, variables }, request, context }) => {
        const { admission, client: address, received, res, onStream } = context;
        const { caller } = admission;
        const client = clientOf(caller, address);
        const readOnly = request.method === 'GET';
        await takeClientTurn(client);
        const admitted = operations.admit({ query, operationName, variables }, caller, { readOnly });
        if ('errors' in admitted) return withStatus(admitted);
        if (admitted.operation.operation === 'subscription') {
          // A stream keeps its variables for as long as it is open; the budget of body bytes is for those that end soon.
          if (received.bytes > freeBytes) return withStatus({ errors: [subscriptionTooLarge()] });
          onStream(res);
          // Cut off, not completed: the client has to learn that there is more to come, but not for him.
          const watch = admission.whenEnded(() => res.destroy());
          res.once('close', () => watch[Symbol.dispose]());
        }
        const result = await operations.run(admitted, { caller, client, over: closingOf(res) });
        if (!(result instanceof Results)) holdUntilSent(operations.sizeOf(result), address, res);
        return result;
      });
    },
  };
}

/** Aborted once a response was sent or its connection is lost. */
function closingOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  if (response.closed) controller.abort();
  return controller.signal;
}

/** Adds the HTTP status of a refusal, as GraphQL over HTTP defines it. */
function withStatus({ errors }: Refusal): Refusal {
  return {
    errors: errors.map((error) => {
      const http = httpOf(error.extensions);
      return new GraphQLError(error.message, { ...errorOptions(error), extensions: { ...error.extensions, http } });
    }),
  };
}

function subscriptionTooLarge(): GraphQLError {
  const message = `The request of a subscription must not exceed ${freeBytes} bytes.`;
  const error = new RequestError('PAYLOAD_TOO_LARGE', { message });
  return new GraphQLError(message, { extensions: extensionsOf(error) });
}

function errorOptions({ nodes, source, positions, path }: GraphQLError) {
  return { nodes, source, positions, path };
}

/** `spec`: a client that accepts only application/json gets 200, as such clients expect. */
function httpOf(extensions: Record<string, unknown>): {
  status: number;
  spec: boolean;
  headers?: Record<string, string>;
} {
  const code = String(extensions.code);
  if (code === 'METHOD_NOT_ALLOWED') return { status: 405, spec: false, headers: { allow: 'POST' } };
  if (!isRequestErrorCode(code)) return { status: 400, spec: true };
  const { status } = requestErrors[code];
  const seconds = retryAfterOf(extensions);
  return { status, spec: status < 500, ...(seconds === null ? {} : { headers: { 'retry-after': String(seconds) } }) };
}
