import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { post } from './load.ts';

/** The source and options of a job, as input of createJob. */
export interface EtaJob {
  source: Record<string, unknown>;
  options: Record<string, unknown>;
}

/** Serves one document at about two megabytes a second. */
export async function startFileServer(path: string): Promise<AsyncDisposable & { url: string }> {
  const body = await readFile(path);
  const server = createServer(async (_, response) => {
    response.writeHead(200, { 'content-type': 'application/pdf', 'content-length': body.byteLength });
    for (let begin = 0; begin < body.byteLength; begin += 65_536) {
      response.write(body.subarray(begin, begin + 65_536));
      await sleep(32);
    }
    response.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const port = address !== null && typeof address === 'object' ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/document.pdf`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

async function upload(api: string, file: string): Promise<string> {
  const { data } = await post(`${api}/graphql`, 'mutation { createUpload(input: {}) { upload { id url } } }', {});
  const { upload } = data.createUpload as { upload: { id: string; url: string } };
  const response = await fetch(upload.url, {
    method: 'PUT',
    body: await readFile(new URL(`../../${file}`, import.meta.url)),
  });
  if (!response.ok) throw new Error(await response.text());
  return upload.id;
}

/** Reproducible random numbers (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** A mix of small files, medium ones and books; `take` returns the next jobs. */
export async function mixedJobs(api: string, url: string): Promise<{ take: (count: number) => EtaJob[] }> {
  const [sample, many, ...small] = await Promise.all(
    [
      'samples/pagehive-sample.pdf',
      'test/fixtures/many-pages.pdf',
      ...['one-page', 'table', 'columns', 'labels', 'cjk', 'outline'].map((name) => `test/fixtures/${name}.pdf`),
    ].map((file) => upload(api, file)),
  );
  const of = (id: string | undefined, options = {}): EtaJob => ({ source: { upload: id }, options });
  const kinds: EtaJob[] = [
    ...small.map((id) => of(id)),
    of(sample),
    of(sample, { pages: '1-8' }),
    of(sample, { pages: '1-40' }),
    of(sample, { pages: '101-200' }),
    of(sample, { pages: '200-' }),
    of(sample, { engine: 'PDFJS' }),
    of(sample, { engine: 'PDFJS', pages: '1-100' }),
    of(many),
    of(many, { engine: 'PDFJS' }),
    { source: { url }, options: {} },
    { source: { url }, options: { pages: '1-30' } },
  ];
  const random = randomFrom(7);
  const pick = (): EtaJob => kinds[Math.floor(random() * kinds.length)] ?? of(sample);
  return { take: (count) => Array.from({ length: count }, pick) };
}
