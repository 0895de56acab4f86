import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Client, createClient } from '../../src/client/client.ts';
import { collect, submitFixture } from '../client/running.ts';
import { type Service, startService } from '../service.ts';
import { temporaryDirectory } from '../start/running.ts';
import { fixture, jsonLines, launch, run } from './running.ts';

let service: Service;
let client: Client;
/** A COMPLETED, a FAILED and a PENDING job, oldest first. */
let ids: [completed: string, failed: string, pending: string];
beforeAll(async () => {
  service = await startService();
  client = createClient({ url: service.url });
  const completed = await submitFixture(client, 'metadata.pdf');
  const failed = await submitFixture(client, 'encrypted.pdf');
  for (const id of [completed, failed]) await collect(client.jobProgress(id));
  await service.stopWorker();
  ids = [completed, failed, await submitFixture(client, 'table.pdf')];
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

const missing = 'job_01h455vb4pex5vsknk084sn02q';

describe('list', () => {
  it('prints the newest jobs first, one per line', async () => {
    const { code, stdout, stderr } = await run(['list'], service);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const [head, ...lines] = stdout.trimEnd().split('\n');
    expect(head).toMatch(/^ID +STATUS +DONE +PAGES +CREATED +NAME$/);
    expect(lines.map((line) => line.split(/ +/)[0])).toEqual(ids.toReversed());
    expect(lines[2]).toMatch(/COMPLETED +100% +\d+ +\S+Z +metadata\.pdf$/);
    expect(lines[1]).toMatch(/FAILED .*Z +encrypted\.pdf \(PDF_ENCRYPTED\)$/);
  });

  it('prints the jobs with a status as JSON lines', async () => {
    const { code, stdout } = await run(['list', '--json', '--status', 'failed,pending'], service);
    expect(code).toBe(0);
    const jobs = jsonLines(stdout);
    expect(jobs.map(({ id, status }) => [id, status])).toEqual([
      [ids[2], 'PENDING'],
      [ids[1], 'FAILED'],
    ]);
  });

  it('prints at most the requested number', async () => {
    const { stdout } = await run(['list', '-n', '1', '--json'], service);
    expect(jsonLines(stdout).map(({ id }) => id)).toEqual([ids[2]]);
  });
});

describe('get', () => {
  it('summarizes a job', async () => {
    const { code, stdout } = await run(['get', ids[0]], service);
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`^id +${ids[0]}\\n`));
    expect(stdout).toMatch(/^status +COMPLETED, \d+ pages?$/m);
    const { length } = readFileSync(fixture('metadata.pdf'));
    expect(stdout).toMatch(new RegExp(`^source +metadata\\.pdf, ${length} bytes, by upload$`, 'm'));
    expect((await run(['get', ids[1]], service)).stdout).toMatch(/^status +FAILED PDF_ENCRYPTED: /m);
    expect((await run(['get', ids[2]], service)).stdout).toMatch(/^status +PENDING, 0%, waiting for a worker/m);
  });

  it('prints the whole job as JSON', async () => {
    const { code, stdout } = await run(['get', '--json', ids[0]], service);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual(await client.job(ids[0]));
  });

  it('prints its text or its Markdown, or writes both', async () => {
    using directory = temporaryDirectory();
    const text = await run(['get', '--text', ids[0]], service);
    const markdown = await run(['get', '--markdown', ids[0]], service);
    const pages = await collect(client.pages(ids[0]));
    expect(text.stdout).toBe(pages.map((page) => page.text).join('\f'));
    const { code, stdout } = await run(['get', ids[0], '--out', directory.path], service);
    expect([code, readdirSync(directory.path).sort()]).toEqual([0, ['metadata.md', 'metadata.txt']]);
    expect(stdout.trim().split('\n')).toEqual(['md', 'txt'].map((end) => join(directory.path, `metadata.${end}`)));
    expect(readFileSync(join(directory.path, 'metadata.txt'), 'utf8')).toBe(text.stdout);
    expect(readFileSync(join(directory.path, 'metadata.md'), 'utf8')).toBe(markdown.stdout);
  });

  it('reports that a job has no images or attachments, and how to get images', async () => {
    using directory = temporaryDirectory();
    const { code, stdout, stderr } = await run(['get', ids[0], '--images', directory.path], service);
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toBe(`${ids[0]} has no images: submit the document with --thumbnails or --page-images\n`);
    const attachments = await run(['get', ids[0], '--attachments', directory.path], service);
    expect(attachments).toEqual({ code: 0, stdout: '', stderr: `${ids[0]} has no attachments\n` });
  });

  it('exits with 1 without a result or without a job', async () => {
    const unfinished = await run(['get', '--text', ids[1]], service);
    expect(unfinished).toMatchObject({ code: 1, stdout: '' });
    expect(unfinished.stderr).toMatch(new RegExp(`^${ids[1]} has no result: FAILED PDF_ENCRYPTED`));
    const none = await run(['get', missing], service);
    expect(none).toEqual({ code: 1, stdout: '', stderr: `${missing}: NOT_FOUND: There is no such job.\n` });
  });
});

describe('cancel and retry', () => {
  it('print the new status of each job, and exit with 1 if one could not be changed', async () => {
    const cancelled = await run(['cancel', ids[2], ids[0]], service);
    expect([cancelled.code, cancelled.stdout]).toEqual([1, `${ids[2]} CANCELLED\n`]);
    expect(cancelled.stderr).toMatch(new RegExp(`^${ids[0]}: JOB_FINAL: `));
    expect(await run(['retry', ids[2]], service)).toEqual({ code: 0, stdout: `${ids[2]} PENDING\n`, stderr: '' });
  });
});

describe('watch', () => {
  it('follows jobs to their end: one retried with a password, and one pending', async () => {
    const retried = await run(['retry', ids[1], '--password', 'pagehive'], service);
    expect(retried.stdout).toBe(`${ids[1]} PENDING\n`);
    await using watching = launch(['watch', ids[1], ids[2]], service);
    await watching.says(/waiting for a worker/);
    await service.startWorker();
    const { code, stdout, stderr } = await watching.ended;
    expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
    for (const id of [ids[1], ids[2]]) expect(stderr).toMatch(new RegExp(`^${id} COMPLETED, \\d+ pages?$`, 'm'));
  });

  it('prints events and the finished job as JSON lines', async () => {
    const { code, stdout } = await run(['watch', '--json', ids[0]], service);
    expect(code).toBe(0);
    expect(jsonLines(stdout).map(({ type, status }) => [type, status])).toEqual([
      ['progress', 'COMPLETED'],
      ['job', 'COMPLETED'],
    ]);
  });

  it('exits with 1 for an unknown job, after following the others', async () => {
    const { code, stderr } = await run(['watch', missing, ids[0]], service);
    expect(code).toBe(1);
    expect(stderr).toContain(`${missing}: NOT_FOUND: There is no such job.`);
    expect(stderr).toMatch(new RegExp(`^${ids[0]} COMPLETED`, 'm'));
  });
});
