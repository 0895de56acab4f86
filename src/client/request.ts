import type { Endpoint } from './endpoint.ts';
import { errorOf, reasonOf, ServerUnreachableError } from './errors.ts';
import type { TypedDocumentString } from './generated/graphql.ts';
import { originRefusal } from './origin.ts';

export interface RequestOptions {
  signal?: AbortSignal;
}

/**
 * Sends one query or mutation. Throws `GraphQLRequestError` if it is refused, `ServerUnreachableError` if there is no
 * response.
 */
export async function sendRequest<Data, Variables>(
  endpoint: Endpoint,
  document: TypedDocumentString<Data, Variables>,
  variables: Variables,
  { signal }: RequestOptions,
): Promise<Data> {
  const operation = { query: document.toString(), variables };
  const response = await post(endpoint, operation, { accept: 'application/json', signal });
  const answer = await readAnswer<{ data?: Data | null }>(endpoint.base, response);
  const error = errorOf(answer);
  if (error !== null) throw error;
  if (answer.data == null) throw notPagehive(endpoint.base, response);
  return answer.data;
}

/** Sends an operation. The response can be read as a stream. */
export async function post(
  endpoint: Endpoint,
  operation: { query: string; variables: unknown },
  { accept, signal }: { accept: string; signal?: AbortSignal },
): Promise<Response> {
  return await send(endpoint.base, endpoint.http, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...(await endpoint.credentials()) },
    body: JSON.stringify(operation),
    signal,
  });
}

/** Calls `fetch`, and turns its errors into readable ones. An abort is thrown unchanged. */
export async function send(base: string, url: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(url, init);
  } catch (error) {
    init.signal?.throwIfAborted();
    throw (await originRefusal(base)) ?? new ServerUnreachableError(base, reasonOf(error), { cause: error });
  }
}

/** Checks that a response comes from Pagehive. Generated documents guarantee the shape of such a response. */
export async function readAnswer<Answer>(base: string, response: Response): Promise<Answer> {
  try {
    const answer = JSON.parse(await response.text());
    if (typeof answer === 'object' && answer !== null) return answer;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw new ServerUnreachableError(base, reasonOf(error), { cause: error });
  }
  throw notPagehive(base, response);
}

function notPagehive(base: string, response: Response): ServerUnreachableError {
  return new ServerUnreachableError(base, `the server there is not Pagehive (HTTP ${response.status})`);
}
