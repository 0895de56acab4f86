import { Agent, request } from 'node:http';

const agent = new Agent({ keepAlive: true, maxSockets: 1_000 });

/** POSTs a GraphQL operation over a keep-alive connection. node:http costs the load generator half as much as fetch. */
export function post(
  url: string,
  query: string,
  variables: object,
  more: Record<string, string> = {},
): Promise<{ data: Record<string, unknown>; errors?: unknown }> {
  const body = JSON.stringify({ query, variables });
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), ...more };
    const outgoing = request(url, { method: 'POST', agent, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        text += chunk;
      });
      response.on('end', () => {
        const answer = JSON.parse(text);
        if (answer.errors) reject(new Error(text));
        else resolve(answer);
      });
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

/** Runs `task` `count` times with concurrent `clients`. Returns the sorted milliseconds of each, and of all. */
export async function load(
  clients: number,
  count: number,
  task: () => Promise<unknown>,
): Promise<{ each: number[]; all: number }> {
  const each: number[] = [];
  let left = count;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (left-- > 0) {
        const since = performance.now();
        await task();
        each.push(performance.now() - since);
      }
    }),
  );
  return { each: each.sort((a, b) => a - b), all: performance.now() - begin };
}

export function percentile(sorted: number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
