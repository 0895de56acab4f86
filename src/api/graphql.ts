import { renderGraphiQL } from '@graphql-yoga/render-graphiql';
import { createYoga } from 'graphql-yoga';
import type { Caller } from './authenticate.ts';
import type { ApiContext, ApiServices } from './context.ts';
import { createErrorMask } from './errors.ts';
import { createReceivedParams, type ReceivedRequest } from './http/received.ts';
import { schema } from './schema/schema.ts';
import { createServerSentEvents, type HttpContext } from './sse.ts';
import { createSubscribe } from './subscribe.ts';

/** What the server hands to Yoga with each request. */
interface RequestContext extends HttpContext, ReceivedRequest {
  caller: Caller;
}

export type Graphql = ReturnType<typeof createGraphql>;

/** GraphQL over HTTP, and SSE for subscriptions; GraphiQL is served from this machine, no CDN. */
export function createGraphql(services: ApiServices, keepAliveMs: number) {
  const maskError = createErrorMask(services.logger);
  const subscribe = createSubscribe(maskError);
  const yoga = createYoga<RequestContext, ApiContext>({
    schema,
    context: ({ caller }) => ({ ...services, ...caller }),
    graphqlEndpoint: '/graphql',
    landingPage: false,
    // The HTTP server has read the body already, within limits.
    maxRequestBodySize: false,
    multipart: false,
    // No other origin may read answers in a browser; an allow-list comes with API keys.
    cors: false,
    logging: false,
    renderGraphiQL,
    graphiql: { title: 'Pagehive', defaultQuery: welcome },
    maskedErrors: { maskError, errorMessage: 'Something unexpected went wrong.' },
    plugins: [createReceivedParams(), createServerSentEvents(subscribe, keepAliveMs)],
  });
  return { yoga, subscribe };
}

/** Comments alone: GraphiQL goes on asking for the name of an operation it showed first for a moment after it is replaced. */
const welcome = `# Welcome to Pagehive.
#
# Write an operation here and run it with Ctrl-Enter. The docs are behind the book on the left; Ctrl-Space completes names.
# To begin with:   { jobs(first: 10) { nodes { name status progressPercentage } } }
#
# A subscription runs until you stop it. Keep it in a window of its own: changing tabs stops it.

`;
