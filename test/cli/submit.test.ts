import { copyFileSync, createReadStream, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type TestServer } from '../download/pdf-server.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { temporaryDirectory } from '../start/running.ts';
import { fixture, jsonLines, run } from './running.ts';

let service: Service;
let web: TestServer;
beforeAll(async () => {
  web = await serve((request, response) => {
    createReadStream(fixture(request.url?.slice(1) ?? '')).pipe(response.setHeader('content-type', 'application/pdf'));
  });
  service = await startService({ config: { privateHostsAllowed: [web.host] } });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
  await web[Symbol.asyncDispose]();
});

const jobIds = /^(job_\w{26}\n)+$/;

async function resultOf(id: string): Promise<{ text: string; pages: { nodes: { markdown: string }[] } }> {
  const query = `query ($id: ID!) { job(id: $id) { result { text pages(first: 100) { nodes { markdown } } } } }`;
  return (await graphql(service.url, query, { id })).data.job.result;
}

describe('submit', () => {
  it('prints the ids of the jobs in the order of the documents', async () => {
    const { code, stdout, stderr } = await run(['submit', fixture('many-pages.pdf'), fixture('table.pdf')], service);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(jobIds);
    const query = `query ($id: ID!) { job(id: $id) { source { filename } } }`;
    const names = [];
    for (const id of stdout.trim().split('\n')) {
      names.push((await graphql(service.url, query, { id })).data.job.source.filename);
    }
    expect(names).toEqual(['many-pages.pdf', 'table.pdf']);
  });

  it('accepts a server URL that ends in /graphql', async () => {
    const { code, stdout } = await run(['submit', fixture('table.pdf')], { url: `${service.url}/graphql/` });
    expect(code).toBe(0);
    expect(stdout).toMatch(jobIds);
  });

  it('forwards name, pages and engine', async () => {
    const options = ['--name', 'Käse 🧀', '--pages', '2-3', '--engine', 'pdfjs', '--json', '--follow'];
    const { code, stdout } = await run(['submit', fixture('many-pages.pdf'), ...options], service);
    expect(code).toBe(0);
    expect(jsonLines(stdout).at(-1)).toMatchObject({
      name: 'Käse 🧀',
      pagesDone: 2,
      result: { pageCount: 300, engine: 'PDFJS' },
    });
  });

  it('notifies a URL of the end of each job with --webhook', async () => {
    const url = `${web.origin}/table.pdf`;
    const { stdout } = await run(['submit', fixture('one-page.pdf'), '--webhook', url, '--follow'], service);
    const query = `query ($job: ID!) { webhookDeliveries(filter: { job: $job }) { nodes { event url } } }`;
    const { data } = await graphql(service.url, query, { job: stdout.trim() });
    expect(data.webhookDeliveries.nodes).toEqual([{ event: 'JOB_COMPLETED', url }]);
  });

  it('opens an encrypted document with the password in PAGEHIVE_DOCUMENT_PASSWORD', async () => {
    const env = { PAGEHIVE_DOCUMENT_PASSWORD: 'pagehive' };
    const { code, stderr } = await run(['submit', '--follow', '--json', fixture('encrypted.pdf')], { ...service, env });
    expect(code, stderr).toBe(0);
  });

  it('opens an encrypted document with --password', async () => {
    const options = ['--follow', '--json', '--password'];
    const wrong = await run(['submit', fixture('encrypted.pdf'), ...options, 'wrong'], service);
    expect(wrong.code).toBe(1);
    expect(jsonLines(wrong.stdout).at(-1)).toMatchObject({ type: 'job', failure: { code: 'PDF_WRONG_PASSWORD' } });
    const right = await run(['submit', fixture('encrypted.pdf'), ...options, 'pagehive'], service);
    expect(right.code).toBe(0);
  });

  it('returns the same job for the same idempotency key', async () => {
    const args = ['submit', `${web.origin}/table.pdf`, '--idempotency-key', 'once', '--json'];
    const [first] = jsonLines((await run(args, service)).stdout);
    const [second] = jsonLines((await run(args, service)).stdout);
    expect(first).toMatchObject({ type: 'submitted', argument: `${web.origin}/table.pdf`, deduplicated: false });
    expect(second).toEqual({ ...first, deduplicated: true });
  });

  it('prints the code, message and issues of a refused request', async () => {
    const { code, stdout, stderr } = await run(['submit', fixture('table.pdf'), '--pages', 'x'], service);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^table\.pdf: BAD_USER_INPUT: .*\n {2}input\.options\.pages: "x" is not a page range/);
  });
});

describe('submit --follow', () => {
  it('prints how each document ended, and exits with 1 if one failed', async () => {
    const { code, stdout, stderr } = await run(
      ['submit', '-f', fixture('not-a-pdf.pdf'), fixture('one-page.pdf')],
      service,
    );
    expect(code).toBe(1);
    expect(stdout.trim().split('\n')).toHaveLength(2);
    expect(stderr).toMatch(/^not-a-pdf\.pdf FAILED NOT_A_PDF: The bytes are not a PDF\. Send the PDF itself/m);
    expect(stderr).toMatch(/^one-page\.pdf COMPLETED, 1 page$/m);
  });

  it('prints the events of the job as JSON lines, and the finished job last', async () => {
    const { code, stdout, stderr } = await run(['submit', fixture('metadata.pdf'), '--follow', '--json'], service);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = jsonLines(stdout);
    const job = lines.pop();
    expect(job).toMatchObject({ type: 'job', argument: fixture('metadata.pdf'), status: 'COMPLETED', failure: null });
    expect(job.result.metadata.title).toBeTypeOf('string');
    expect(lines.every(({ type, jobId }) => type === 'progress' && jobId === job.id)).toBe(true);
    expect(lines.at(-1)).toMatchObject({ status: 'COMPLETED', progressPercentage: 100 });
  });

  it('watches the download of a URL', async () => {
    const { code, stderr } = await run(['submit', '--follow', `${web.origin}/outline.pdf`], service);
    expect(code).toBe(0);
    expect(stderr).toContain(`${web.origin}/outline.pdf COMPLETED`);
  });
});

describe('submit --out', () => {
  it('writes the text of all pages with form feeds between them, and their Markdown', async () => {
    using directory = temporaryDirectory();
    const out = join(directory.path, 'new', 'folder');
    const { code, stdout } = await run(
      ['submit', fixture('many-pages.pdf'), fixture('headings.pdf'), '--out', out],
      service,
    );
    expect(code).toBe(0);
    expect(readdirSync(out).sort()).toEqual(['headings.md', 'headings.txt', 'many-pages.md', 'many-pages.txt']);
    const [many = '', headings = ''] = stdout.trim().split('\n');
    const text = readFileSync(join(out, 'many-pages.txt'), 'utf8');
    expect(text).toBe((await resultOf(many)).text);
    expect(text.split('\f')).toHaveLength(300);
    const [page] = (await resultOf(headings)).pages.nodes;
    expect(readFileSync(join(out, 'headings.md'), 'utf8')).toContain(page?.markdown.trim());
  });

  it('reads standard input', async () => {
    using directory = temporaryDirectory();
    const stdin = readFileSync(fixture('one-page.pdf'));
    const { code, stdout } = await run(['submit', '-', '--name', '../../letter', '--out', directory.path], {
      url: service.url,
      stdin,
    });
    expect(code).toBe(0);
    const [name = ''] = readdirSync(directory.path).filter((each) => each.endsWith('.txt'));
    expect(name).toBe('_.._letter.txt');
    expect(readFileSync(join(directory.path, name), 'utf8')).toBe((await resultOf(stdout.trim())).text);
  });

  it('writes documents of the same name to separate files, and overwrites nothing', async () => {
    using directory = temporaryDirectory();
    const other = join(directory.path, 'other');
    const out = join(directory.path, 'out');
    for (const each of [other, out]) mkdirSync(each);
    copyFileSync(fixture('headings.pdf'), join(other, 'table.pdf'));
    writeFileSync(join(out, 'table.md'), 'mine');
    const { code } = await run(['submit', fixture('table.pdf'), join(other, 'table.pdf'), '-o', out], service);
    expect(code).toBe(0);
    const names = ['table-2.md', 'table-2.txt', 'table-3.md', 'table-3.txt', 'table.md'];
    expect(readdirSync(out).sort()).toEqual(names);
    expect(readFileSync(join(out, 'table.md'), 'utf8')).toBe('mine');
  });

  it('writes nothing for a document that failed', async () => {
    using directory = temporaryDirectory();
    const { code } = await run(['submit', fixture('damaged.pdf'), '--out', directory.path], service);
    expect(code).toBe(1);
    expect(readdirSync(directory.path)).toEqual([]);
  });
});
