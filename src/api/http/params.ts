import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GraphQLSchema } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';
import { RequestError } from '../../errors.ts';
import type { HeldBytes, MemoryBudget } from '../memory-budget.ts';
import { placeFiles } from './file-map.ts';
import { HttpError, mediaType } from './guards.ts';
import { readJson, readShortJson } from './json-body.ts';
import { readMultipart } from './multipart-body.ts';
import { type Pace, pacedBody } from './paced-body.ts';

/** The parameters of a GraphQL request, and the size of the body they came in. */
export interface ReceivedParams {
  params: GraphQLParams;
  bytes: number;
}

export interface ParamsReaderOptions {
  schema: GraphQLSchema;
  budget: MemoryBudget;
  pace: Pace;
  /** Maximum size of a query text, in bytes. */
  queryBytes: number;
  /** Returns the address under which a client's bodies are counted. */
  addressOf: (request: IncomingMessage) => string;
}

export type ReadParams = (request: IncomingMessage, response: ServerResponse, url: URL) => Promise<ReceivedParams>;

/**
 * Reads the parameters of a GraphQL request. Yoga could do so, but without limits on memory, time and structure, and it
 * would let the `map` of a multipart request write to any path.
 */
export function createParamsReader({ schema, budget, pace, queryBytes, addressOf }: ParamsReaderOptions): ReadParams {
  async function readBody(request: IncomingMessage, chunks: AsyncIterable<Buffer>, bytes: number): Promise<unknown> {
    switch (mediaType(request)) {
      case 'application/json':
      case 'application/graphql+json':
        return await readJson(chunks, { bytes, queryBytes });
      case 'multipart/form-data':
        return placeFiles(await readMultipart(chunks, request.headers), schema);
      default:
        throw new HttpError(415, 'Send application/json or multipart/form-data.');
    }
  }

  return async (request, response, url) => {
    if (request.method !== 'POST') return { params: paramsOfUrl(url), bytes: 0 };
    const givenUp = new AbortController();
    const body = budget.open(addressOf(request), () => givenUp.abort(tooManyBytes()));
    // Variables refer to the bytes until the answer is complete.
    response.once('close', body.release);
    try {
      const bytes = Number(request.headers['content-length']);
      const chunks = counted(pacedBody(request, pace, givenUp.signal), body);
      const params = await readBody(request, chunks, bytes);
      body.keep();
      return { params: checkParams(params), bytes };
    } catch (error) {
      body.release();
      throw error;
    }
  };
}

async function* counted(chunks: AsyncIterable<Buffer>, body: HeldBytes): AsyncGenerator<Buffer, void, undefined> {
  for await (const chunk of chunks) {
    body.take(chunk.length);
    yield chunk;
  }
}

function tooManyBytes(): RequestError {
  const message = 'Too many large requests are being received right now.';
  return new RequestError('OVERLOADED', { message, limit: 'body_bytes_in_flight' });
}

function paramsOfUrl({ searchParams }: URL): GraphQLParams {
  const text = (name: string) => searchParams.get(name) || undefined;
  const json = (name: string) => {
    const value = text(name);
    return value === undefined ? undefined : readShortJson(value, `The parameter ${name}`);
  };
  return checkParams({
    query: text('query'),
    operationName: text('operationName'),
    variables: json('variables'),
    extensions: json('extensions'),
  });
}

/** Maximum characters of operationName: errors repeat it. */
const maxNameCharacters = 1_000;

const names = ['query', 'operationName', 'variables', 'extensions'];

/** Yoga checks the types of the other parameters. */
function checkParams(value: unknown): GraphQLParams {
  if (!isObject(value))
    throw new HttpError(400, 'The body must be a JSON object; several operations are not supported.');
  // Without the name, which may be as large as the body.
  if (!Object.keys(value).every((name) => names.includes(name)))
    throw new HttpError(400, `The only parameters are ${names.join(', ')}.`);
  if (value.operationName != null && typeof value.operationName !== 'string')
    throw new HttpError(400, 'The parameter operationName must be a string.');
  if ((value.operationName?.length ?? 0) > maxNameCharacters)
    throw new HttpError(400, `The parameter operationName must not exceed ${maxNameCharacters} characters.`);
  return value;
}

function isObject(value: unknown): value is GraphQLParams {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
