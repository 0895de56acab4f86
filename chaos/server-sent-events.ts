import { z } from 'zod';
import { GraphQLRequestError } from '../src/client/errors.ts';
import { authorization } from './api.ts';

const answerShape = z.object({
  data: z.unknown(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).partial().optional() }))
    .optional(),
});

/** The server sends a heartbeat every 12 seconds; a silence longer than this, in milliseconds, breaks the stream. */
const silenceMs = 15_000;

export interface Subscription<Data> {
  apiKey: string;
  query: string;
  variables: Record<string, unknown>;
  /** The shape of the data of each event. */
  shape: z.ZodType<Data>;
}

/** One subscription over SSE: throws when the connection breaks, ends when the server completes it. */
export async function* subscribeByEvents<Data>(
  url: string,
  { apiKey, query, variables, shape }: Subscription<Data>,
  signal: AbortSignal,
): AsyncGenerator<Data> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...authorization(apiKey) },
      body: JSON.stringify({ query, variables }),
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.body === null) throw new Error('there is no stream');
    let text = '';
    for await (const chunk of response.body.pipeThrough(new TextDecoderStream())) {
      clearTimeout(timer);
      timer = setTimeout(() => silence.abort(), silenceMs);
      text += chunk;
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        if (/^event: ?complete/m.test(block)) return;
        const data = dataOf(block);
        if (data != null) yield shape.parse(data);
      }
    }
    throw new Error('the stream ended before it was completed');
  } finally {
    clearTimeout(timer);
  }
}

function dataOf(block: string): unknown {
  const text = block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5))
    .join('')
    .trim();
  if (text === '') return null;
  const { data, errors } = answerShape.parse(JSON.parse(text));
  const [error] = errors ?? [];
  if (error !== undefined) throw new GraphQLRequestError(error.extensions?.code ?? 'NO_CODE', error.message);
  return data;
}
