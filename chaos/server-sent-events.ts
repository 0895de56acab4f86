import { z } from 'zod';
import { GraphQLRequestError } from '../src/client/errors.ts';

const eventShape = z.object({
  data: z
    .object({
      jobProgress: z.object({
        cursor: z.string(),
        revision: z.number(),
        status: z.enum(['PENDING', 'RUNNING', 'RETRYING', 'COMPLETED', 'FAILED', 'CANCELLED']),
        progressPercentage: z.number(),
      }),
    })
    .nullish(),
  errors: z
    .array(z.object({ message: z.string(), extensions: z.object({ code: z.string() }).partial().optional() }))
    .optional(),
});

type Progress = NonNullable<z.infer<typeof eventShape>['data']>['jobProgress'];

const subscription = `subscription ($id: ID!, $after: String) {
  jobProgress(id: $id, after: $after) { cursor revision status progressPercentage }
}`;

/** The server sends a sign of life every 12 seconds; one that is silent for longer is given up. */
const silenceMs = 15_000;

/** One subscription over SSE: throws when the connection breaks, ends when the server completes it. */
export async function* progressByEvents(
  url: string,
  id: string,
  after: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<Progress> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), silenceMs);
  try {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query: subscription, variables: { id, after } }),
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
        const event = dataOf(block);
        if (event !== null) yield event;
      }
    }
    throw new Error('the stream ended without being complete');
  } finally {
    clearTimeout(timer);
  }
}

function dataOf(block: string): Progress | null {
  const data = block
    .split('\n')
    .filter((line) => line.startsWith('data:'))
    .map((line) => line.slice(5))
    .join('')
    .trim();
  if (data === '') return null;
  const { data: answer, errors } = eventShape.parse(JSON.parse(data));
  const [error] = errors ?? [];
  if (error !== undefined) throw new GraphQLRequestError(error.extensions?.code ?? 'NO_CODE', error.message);
  return answer?.jobProgress ?? null;
}
