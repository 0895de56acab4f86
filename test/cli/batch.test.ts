import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accepted } from '../api/submitting.ts';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { temporaryDirectory } from '../start/running.ts';
import { fixture, jsonLines, launch, run } from './running.ts';

let service: Service;
let documents: ReturnType<typeof temporaryDirectory>;
beforeAll(async () => {
  service = await startService();
  documents = temporaryDirectory();
  for (const folder of ['2024', '2024/05', '.hidden']) mkdirSync(join(documents.path, folder));
  const copies = {
    'a.pdf': 'one-page',
    '2024/b.PDF': 'table',
    '2024/05/c.pdf': 'not-a-pdf',
    '.hidden/d.pdf': 'one-page',
  };
  for (const [name, from] of Object.entries(copies)) copyFileSync(fixture(`${from}.pdf`), join(documents.path, name));
  writeFileSync(join(documents.path, 'notes.txt'), 'no document');
});
afterAll(async () => {
  documents[Symbol.dispose]();
  await service[Symbol.asyncDispose]();
});

const counts = 'name total completed failed pending jobs { nodes { name status source { filename } } }';

async function readBatch(id: string) {
  return accepted(await graphql(service.url, `query ($id: ID!) { batch(id: $id) { ${counts} } }`, { id })).batch;
}

describe('submit --batch', () => {
  it('sends the documents in a directory at any depth, and prints the id of the batch', async () => {
    const { code, stdout, stderr } = await run(['submit', documents.path, '--batch', '--name', 'May'], service);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^batch_\w{26}\n$/);
    const batch = await readBatch(stdout.trim());
    expect(batch).toMatchObject({ name: 'May', total: 3 });
    expect(batch.jobs.nodes.map(({ name, source }: { name: string; source: object }) => [name, source])).toEqual([
      ['2024/05/c.pdf', { filename: 'c.pdf' }],
      ['2024/b.PDF', { filename: 'b.PDF' }],
      ['a.pdf', { filename: 'a.pdf' }],
    ]);
  });

  it.each([
    ['*.pdf', ['a.pdf']],
    ['**/*.pdf', ['2024/05/c.pdf', 'a.pdf']],
    ['{a,x}.p?f', ['a.pdf']],
    ['20[0-9][!5]/**', ['2024/05/c.pdf', '2024/b.PDF']],
    ['2024/*.[Pp][Dd][Ff]', ['b.PDF']],
  ])('sends the files that match %s', async (pattern, names) => {
    const { code, stdout } = await run(['submit', join(documents.path, pattern), '--batch'], service);
    expect(code).toBe(0);
    const { jobs } = await readBatch(stdout.trim());
    expect(jobs.nodes.map(({ name }: { name: string }) => name)).toEqual(names);
  });

  it('reports a pattern without matches before sending anything', async () => {
    const empty = join(documents.path, '2024', '*.docx');
    const { code, stdout, stderr } = await run(['submit', documents.path, empty, 'nowhere.pdf', '--batch'], service);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(`${empty}: no such file`);
  });

  it('prints the issues that the server reports', async () => {
    const { code, stderr } = await run(['submit', documents.path, '--batch', '--pages', 'x'], service);
    expect(code).toBe(2);
    expect(stderr).toContain('BAD_USER_INPUT');
    expect(stderr).toContain('input.options.pages');
  });

  it('returns the same batch for the same idempotency key', async () => {
    const args = ['submit', documents.path, '--batch', '--json', '--idempotency-key', 'once'];
    const [first] = jsonLines((await run(args, service)).stdout);
    const [second] = jsonLines((await run(args, service)).stdout);
    expect(first).toMatchObject({ type: 'submitted', deduplicated: false });
    expect(second).toEqual({ ...first, deduplicated: true });
  });
});

describe('submit --batch --follow', () => {
  it('prints a line for each failure and one for the end, and exits with 1 if a job failed', async () => {
    const { code, stdout, stderr } = await run(['submit', documents.path, '-bf', '--name', 'May'], service);
    expect(code).toBe(1);
    expect(stdout).toMatch(/^batch_\w{26}\n$/);
    const lines = stderr.trim().split('\n');
    expect(lines.filter((line) => line.includes('NOT_A_PDF'))).toEqual([
      expect.stringMatching(/^May: 2024\/05\/c\.pdf \(job_\w{26}\) FAILED NOT_A_PDF: The bytes are not a PDF\./),
    ]);
    expect(lines.at(-1)).toBe('May PARTIALLY_FAILED, 2/3 jobs, 1 failed');
  });

  it('prints events, failures and the batch as JSON lines', async () => {
    const { code, stdout } = await run(['submit', documents.path, '--batch', '--follow', '--json'], service);
    expect(code).toBe(1);
    const lines = jsonLines(stdout);
    const last = lines.pop();
    expect(last).toMatchObject({ type: 'batch', status: 'PARTIALLY_FAILED', completed: 2, failed: 1, total: 3 });
    const failed = lines.filter(({ type }) => type === 'failed');
    expect(failed).toMatchObject([{ name: '2024/05/c.pdf', failure: { code: 'NOT_A_PDF' } }]);
    const events = lines.filter(({ type }) => type === 'progress');
    expect(events.every(({ batchId }) => batchId === last.id)).toBe(true);
    expect(events.at(-1)).toMatchObject({ status: 'PARTIALLY_FAILED', progressPercentage: 100 });
  });

  it('writes the results of the jobs that succeeded with --out', async () => {
    using out = temporaryDirectory();
    const files = [fixture('one-page.pdf'), fixture('many-pages.pdf')];
    const { code, stdout, stderr } = await run(['submit', ...files, '--batch', '--out', out.path], service);
    expect(code).toBe(0);
    expect(stderr).toContain('written to 4 files');
    expect(readdirSync(out.path).sort()).toEqual(['many-pages.md', 'many-pages.txt', 'one-page.md', 'one-page.txt']);
    expect(readFileSync(join(out.path, 'many-pages.txt'), 'utf8').split('\f')).toHaveLength(300);
    // `get` of a single job writes the same files.
    using alone = temporaryDirectory();
    const id = stdout.trim();
    const listed = jsonLines((await run(['list', '--batch', id, '--json'], service)).stdout);
    for (const job of listed) await run(['get', job.id, '--out', alone.path], service);
    for (const name of readdirSync(out.path)) {
      const read = (directory: string, file: string) => readFileSync(join(directory, file), 'utf8');
      expect(read(alone.path, name)).toBe(read(out.path, name));
    }
  });

  it('exits with 130 on Ctrl-C, and reports that the batch continues', async () => {
    await service.stopWorker();
    await using cli = launch(['submit', documents.path, '--batch', '--follow'], service);
    await cli.says(/0\/3 jobs/);
    cli.child.kill('SIGINT');
    const { code, stdout, stderr } = await cli.ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`batch: ${stdout.trim()} continues on the server`);
    await service.startWorker();
  });
});

describe('a batch on the command line', () => {
  it('is summarized, watched, cancelled and retried by its id', async () => {
    await service.stopWorker();
    const id = (await run(['submit', documents.path, '--batch'], service)).stdout.trim();
    const summary = await run(['get', id], service);
    expect(summary.stdout).toMatch(new RegExp(`^id +${id}\nstatus +PENDING, 0/3 jobs\n`));
    await using watching = launch(['watch', id], service);
    await watching.says(/0\/3 jobs/);
    expect(await run(['cancel', id], service)).toEqual({ code: 0, stdout: `${id} CANCELLED\n`, stderr: '' });
    const watched = await watching.ended;
    expect(watched.code).toBe(1);
    expect(watched.stderr).toContain(`${id} CANCELLED, 0/3 jobs, 3 cancelled`);
    expect((await run(['retry', id], service)).stdout).toBe(`${id} CANCELLED\n`);
    expect(JSON.parse((await run(['get', id, '--json'], service)).stdout)).toMatchObject({ id, cancelled: 3 });
    await service.startWorker();
  });

  it('is NOT_FOUND if it does not exist, and has no single text', async () => {
    const id = 'batch_01h455vb4pex5vsknk084sn02q';
    for (const command of ['get', 'watch', 'cancel', 'retry']) {
      const { code, stderr } = await run([command, id], service);
      expect(code).toBe(1);
      expect(stderr).toContain(`${id}: NOT_FOUND`);
    }
    expect((await run(['get', id, '--text'], service)).code).toBe(2);
  });
});
