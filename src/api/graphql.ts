import type { ServerResponse } from 'node:http';
import { type ExecutionResult, GraphQLError } from 'graphql';
import { createYoga, type Plugin } from 'graphql-yoga';
import { RequestError } from '../errors.ts';
import { isRequestErrorCode, requestErrors } from '../request-errors.ts';
import { takeClientTurn } from './answers/client-turns.ts';
import type { Admission } from './authenticate.ts';
import { clientOf } from './caller.ts';
import { retryAfterOf } from './errors.ts';
import { createLargeAnswer } from './http/large-answer.ts';
import { createReceivedParams, type ReceivedRequest } from './http/received.ts';
import { createRetryAfter } from './http/retry-after.ts';
import { Results } from './live/results.ts';
import { createServerSentEvents, type HttpContext } from './live/sse.ts';
import { freeBytes, type MemoryBudget } from './memory-budget.ts';
import { onClose } from './on-close.ts';
import type { AnswerSize, Operations, Refusal } from './operations.ts';
import { schema } from './schema/schema.ts';

/** The context that the server passes to Yoga with each request. */
interface RequestContext extends HttpContext, ReceivedRequest {
  admission: Admission;
}

export type Graphql = ReturnType<typeof createGraphql>;

export interface GraphqlOptions {
  keepAliveMs: number;
  /** Budget of bytes that clients have not read. */
  unsent: MemoryBudget;
}

/**
 * GraphQL over HTTP, and SSE for subscriptions. Yoga writes the responses; `operations` admits and runs the requests,
 * as over WebSocket.
 */
export function createGraphql(operations: Operations, { keepAliveMs, unsent }: GraphqlOptions) {
  const isLarge = (result: ExecutionResult) => operations.sizeOf(result).isLarge;
  return createYoga<RequestContext>({
    schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    // The HTTP server has already read the body, within limits.
    maxRequestBodySize: false,
    multipart: false,
    // The HTTP server decides which origins may read responses.
    cors: false,
    logging: false,
    // The HTTP server has its own page, rendered once.
    graphiql: false,
    // Yoga executes nothing.
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

/** Replaces Yoga's execution with ours, which WebSockets share. */
function runOperations(operations: Operations, unsent: MemoryBudget): Plugin<object, RequestContext> {
  /** Counts a response's bytes until it is sent. Large responses have a separate limit. */
  function holdUntilSent({ bytes, isLarge }: AnswerSize, address: string, response: ServerResponse): void {
    if (isLarge || bytes <= freeBytes || response.closed) return;
    const held = unsent.open(address, () => response.destroy());
    onClose(response, held.release);
    held.take(bytes);
  }

  return {
    onParams({ setParamsHandler }) {
      setParamsHandler(async ({ params: { query = '', operationName, variables }, request, context }) => {
        const { admission, client: address, received, res, onStream } = context;
        const { caller } = admission;
        const client = clientOf(caller);
        const readOnly = request.method === 'GET';
        const entering = operations.enter(caller);
        await takeClientTurn(client);
        const { rateLimit, refusal } = await entering;
        if (refusal !== null) return withStatus(refusal);
        const admitted = operations.admit({ query, operationName, variables }, caller, { readOnly });
        const counted = rateLimit === null ? {} : { extensions: { rateLimit } };
        if ('errors' in admitted) return withStatus({ ...admitted, ...counted });
        if (admitted.operation.operation === 'subscription') {
          // A stream keeps its variables as long as it is open. The budget of body bytes is only for short requests.
          if (received.bytes > freeBytes)
            return withStatus({ ...operations.refuse(subscriptionTooLarge()), ...counted });
          onStream(res);
          // Cut off, not completed: more events exist, but this client may no longer receive them.
          const watch = admission.whenEnded(() => res.destroy());
          onClose(res, () => watch[Symbol.dispose]());
        }
        const traceparent = request.headers.get('traceparent');
        const requester = { caller, rateLimit, client, traceparent, over: closingOf(res) };
        const result = await operations.run(admitted, requester);
        if (!(result instanceof Results)) holdUntilSent(operations.sizeOf(result), address, res);
        return result;
      });
    },
  };
}

/** Returns a signal that aborts when a response was sent or its connection is lost. */
function closingOf(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  onClose(response, () => controller.abort());
  return controller.signal;
}

/** Adds the HTTP status of a refusal, as GraphQL over HTTP defines it. */
function withStatus({ errors, ...rest }: Refusal): Refusal {
  return {
    ...rest,
    errors: errors.map((error) => {
      const http = httpOf(error.extensions);
      return new GraphQLError(error.message, { ...errorOptions(error), extensions: { ...error.extensions, http } });
    }),
  };
}

function subscriptionTooLarge(): RequestError {
  const message = `The request of a subscription must not exceed ${freeBytes} bytes.`;
  return new RequestError('PAYLOAD_TOO_LARGE', { message, limit: 'subscription_bytes' });
}

function errorOptions({ nodes, source, positions, path }: GraphQLError) {
  return { nodes, source, positions, path };
}

/** `spec`: whether a client that accepts only application/json gets status 200, as such clients expect. */
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
