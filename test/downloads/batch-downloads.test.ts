import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inline, refused, remove } from '../api/submitting.ts';
import { finalBatch, submittedBatch } from '../batches/batching.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { downloadOf, fetchFile, records, unzip } from './fetching.ts';

let service: Service;
let id: string;
beforeAll(async () => {
  service = await startService();
  const page = await inline('one-page');
  ({ id } = await submittedBatch(service, {
    name: 'May: all of it',
    items: [
      { source: page, name: 'letter.pdf', metadata: { n: 1 } },
      { source: { base64: Buffer.from('no PDF').toString('base64') }, name: 'broken' },
      { source: await inline('many-pages'), name: '../LETTER', options: { pages: '1-120' } },
      { source: page },
      { source: page, name: 'letter-2' },
      { source: page, name: 'CON' },
    ],
  }));
  await finalBatch(service, id);
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const jobFields =
  'id name metadata status batchIndex failure { code } pages(first: 100) { nodes { number text markdown } }';

async function jobsOf(batch: string) {
  const { data } = await graphql(
    service.url,
    `query ($id: ID!) { batch(id: $id) { jobs { nodes { ${jobFields} } } } }`,
    { id: batch },
  );
  return data.batch.jobs.nodes;
}

describe('the download of a batch', () => {
  it('as NDJSON has a line for the batch, for each job and for each page', async () => {
    const [batch, ...lines] = records(await fetchFile(service, id, 'NDJSON'));
    expect(batch).toMatchObject({ type: 'batch', id, name: 'May: all of it', total: 6, completed: 5, failed: 1 });
    const jobs = await jobsOf(id);
    let last = '';
    for (const line of lines) {
      if (line.type === 'job') last = line.id;
      // The pages of a job follow it directly.
      else expect(line).toMatchObject({ type: 'page', jobId: last });
    }
    const listed = lines.filter(({ type }) => type === 'job');
    expect(listed.map(({ batchIndex }) => batchIndex)).toEqual([0, 1, 2, 3, 4, 5]);
    for (const [index, { pages, failure, ...job }] of jobs.entries()) {
      expect(listed[index]).toMatchObject(job);
      expect(listed[index].failure?.code).toBe(failure?.code);
      expect(listed[index].result === null).toBe(job.status !== 'COMPLETED');
      const own = lines.filter(({ jobId }) => jobId === job.id);
      expect(own.slice(0, 100)).toMatchObject(pages.nodes);
    }
    expect(listed[1].failure).toMatchObject({ code: 'NOT_A_PDF', category: 'INPUT', retryable: false });
    expect(lines.filter(({ jobId }) => jobId === jobs[2].id).map(({ number }) => number)).toEqual(
      Array.from({ length: 120 }, (_, index) => index + 1),
    );
  });

  it('as ZIP has a Markdown file for each completed job, and an index of all jobs', async () => {
    const files = unzip(await fetchFile(service, id, 'ZIP'));
    const jobs = await jobsOf(id);
    const names = ['letter.md', '_LETTER.md', `${jobs[3].id}.md`, 'letter-2.md', '_CON.md'];
    expect([...files.keys()]).toEqual(['batch.ndjson', ...names]);
    const [batch, ...listed] = records(files.get('batch.ndjson'));
    expect(batch).toMatchObject({ type: 'batch', id });
    expect(listed.map(({ file, status }) => [file, status])).toEqual([
      ['letter.md', 'COMPLETED'],
      [null, 'FAILED'],
      ['_LETTER.md', 'COMPLETED'],
      [`${jobs[3].id}.md`, 'COMPLETED'],
      ['letter-2.md', 'COMPLETED'],
      ['_CON.md', 'COMPLETED'],
    ]);
    expect(listed[1].failure.code).toBe('NOT_A_PDF');
    expect(files.get('letter.md')).toBe(`${jobs[0].pages.nodes[0].markdown.trimEnd()}\n`);
  });

  it('numbers files of the same name, ignoring case', async () => {
    const source = await inline('one-page');
    const names = ['a', 'A', 'a-2', 'a'];
    const batch = await submittedBatch(service, { items: names.map((name) => ({ source, name })) });
    await finalBatch(service, batch.id);
    const files = unzip(await fetchFile(service, batch.id, 'ZIP'));
    expect([...files.keys()]).toEqual(['batch.ndjson', 'a.md', 'A-2.md', 'a-2-2.md', 'a-3.md']);
  });

  it('leaves out deleted jobs', async () => {
    const source = await inline('one-page');
    const batch = await submittedBatch(service, { items: [{ source }, { source }] });
    await finalBatch(service, batch.id);
    const [{ id: gone }] = await jobsOf(batch.id);
    await remove(service, gone);
    const listed = records(await fetchFile(service, batch.id, 'NDJSON')).filter(({ type }) => type === 'job');
    expect(listed.map(({ batchIndex }) => batchIndex)).toEqual([1]);
    expect(unzip(await fetchFile(service, batch.id, 'ZIP')).size).toBe(2);
  });

  it('of an unfinished batch has the results so far', async () => {
    await service.stopWorker();
    const { id: waiting } = await submittedBatch(service, { items: [{ source: await inline('one-page') }] });
    const lines = records(await fetchFile(service, waiting, 'NDJSON'));
    expect(lines).toMatchObject([{ type: 'batch' }, { type: 'job', status: 'PENDING', result: null }]);
    expect([...unzip(await fetchFile(service, waiting, 'ZIP')).keys()]).toEqual(['batch.ndjson']);
    await service.startWorker();
  });

  it('is named after the batch', async () => {
    const { url, bytes } = await downloadOf(service, id, 'ZIP');
    const { headers } = await fetch(url, { method: 'HEAD' });
    expect(bytes).toBeNull();
    expect(headers.get('content-disposition')).toContain('filename="May_ all of it.zip"');
  });

  it('as TEXT, MARKDOWN or JSON is refused with BAD_USER_INPUT', async () => {
    const query = 'query ($id: ID!, $format: ResultFormat!) { batch(id: $id) { download(format: $format) { url } } }';
    for (const format of ['TEXT', 'MARKDOWN', 'JSON']) {
      const { extensions } = refused(await graphql(service.url, query, { id, format }));
      expect(extensions).toMatchObject({ code: 'BAD_USER_INPUT', issues: [{ path: ['format'] }] });
    }
  });
});
