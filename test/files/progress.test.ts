import { afterAll, beforeAll, expect, it } from 'vitest';
import { JobError } from '../../src/errors.ts';
import type { ExtractionEvent, ExtractionRequest } from '../../src/pdf/model/extraction.ts';
import { endedJob, inline, submit } from '../api/submitting.ts';
import { subscribe } from '../graphql.ts';
import { deferred, extractorOf, group, opened } from '../jobs/extractors.ts';
import { type Service, startService } from '../service.ts';
import { drawn } from './drawn.ts';

let script: (request: ExtractionRequest) => AsyncIterable<ExtractionEvent>;
let service: Service;
beforeAll(async () => {
  const extractor = extractorOf((request) => script(request));
  service = await startService({ overrides: { extractor }, maintenance: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

it('a job is in stage RENDER while pages are rendered, and in EXTRACT while they are read', async () => {
  const seen = { EXTRACT: deferred<void>(), RENDER: deferred<void>() };
  script = async function* (request) {
    yield opened(2);
    const reading = { type: 'reading', engine: 'PDFJS', page: 1, pages: 1, pagesReady: null } as const;
    yield { ...reading, drawing: [1] };
    await seen.RENDER.promise;
    yield await drawn(1, request, '-one');
    yield { ...reading, page: 2 };
    await seen.EXTRACT.promise;
    yield group(2, 2);
  };
  const { id } = await submit(service, { source: await inline('one-page'), options: { thumbnails: true } });
  const subscription = `subscription ($id: ID!) { jobProgress(id: $id) { stage pagesDone progressPercentage } }`;
  const percents: number[] = [];
  for await (const { data } of subscribe(service.url, subscription, { id })) {
    const { stage, pagesDone, progressPercentage } = data.jobProgress;
    percents.push(progressPercentage);
    if (stage === 'RENDER') seen.RENDER.resolve();
    if (stage === 'EXTRACT' && pagesDone === 1) seen.EXTRACT.resolve();
  }
  expect(percents).toEqual([...percents].sort((a, b) => a - b));
});

it('a retry keeps the images of stored pages', async () => {
  const stored: unknown[] = [];
  script = async function* (request) {
    stored.push(request.stored?.pages);
    yield { ...opened(2), pagesStored: stored.length - 1 };
    if (stored.length === 1) {
      yield await drawn(1, request, '-first');
      throw new JobError('EXTRACTOR_KILLED');
    }
    yield await drawn(2, request, '-second');
  };
  const { id } = await submit(service, { source: await inline('one-page'), options: { thumbnails: true } });
  const { status, pages } = await endedJob(service, id, 'status pages { nodes { thumbnailUrl } }');
  expect(status).toBe('COMPLETED');
  expect(stored).toEqual([undefined, [{ first: 1, last: 1 }]]);
  const shown = pages.nodes.map(async ({ thumbnailUrl }: { thumbnailUrl: string }) =>
    (await fetch(thumbnailUrl)).text(),
  );
  expect(await Promise.all(shown)).toEqual(['first', 'second']);
});
