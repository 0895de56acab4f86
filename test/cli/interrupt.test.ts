import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { graphql } from '../graphql.ts';
import { type Service, startService } from '../service.ts';
import { temporaryDirectory } from '../start/running.ts';
import { fixture, launch, run } from './running.ts';

// Without a worker, a followed job stays pending.
let service: Service;
beforeAll(async () => {
  service = await startService({ worker: false });
});
afterAll(async () => {
  await service[Symbol.asyncDispose]();
});

describe('submit --follow without an end', () => {
  it('exits with 130 on Ctrl-C, and reports that the job continues', async () => {
    using directory = temporaryDirectory();
    await using cli = launch(['submit', fixture('one-page.pdf'), '--out', directory.path], service);
    await cli.says(/waiting for a worker/);
    cli.child.kill('SIGINT');
    const { code, stdout, stderr } = await cli.ended;
    expect(code).toBe(130);
    const id = stdout.trim();
    expect(stderr).toContain(`one-page.pdf: ${id} continues on the server`);
    expect(readdirSync(directory.path)).toEqual([]);
    const { data } = await graphql(service.url, 'query ($id: ID!) { job(id: $id) { status } }', { id });
    expect(data.job.status).toBe('PENDING');
  });

  it('exits with 1 when the job is cancelled', async () => {
    await using cli = launch(['submit', fixture('one-page.pdf'), '--follow'], service);
    await cli.says(/waiting for a worker/);
    const { data } = await graphql(service.url, '{ jobs(first: 1) { nodes { id } } }');
    const [{ id }] = data.jobs.nodes;
    await graphql(service.url, 'mutation ($id: ID!) { cancelJob(id: $id) { job { id } } }', { id });
    const { code, stderr } = await cli.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^one-page\.pdf CANCELLED$/m);
  });

  it('reports that the job was deleted in the meantime', async () => {
    await using cli = launch(['submit', fixture('one-page.pdf'), '--follow'], service);
    await cli.says(/waiting for a worker/);
    await service.platform.database.prisma.job.deleteMany({ where: { status: 'PENDING' } });
    const { code, stderr } = await cli.ended;
    expect(code).toBe(1);
    expect(stderr).toContain('one-page.pdf: NOT_FOUND: ');
  });
});

describe('watch without an end', () => {
  it('exits with 130 on Ctrl-C, and reports that the job continues', async () => {
    const { stdout } = await run(['submit', fixture('one-page.pdf')], service);
    const id = stdout.trim();
    await using cli = launch(['watch', id], service);
    await cli.says(/waiting for a worker/);
    cli.child.kill('SIGINT');
    const { code, stderr } = await cli.ended;
    expect(code).toBe(130);
    expect(stderr).toContain(`${id} continues on the server`);
  });
});

describe('an output without a reader', () => {
  it.each([['list'], ['--help']])('does not make %s fail', async (command) => {
    await using cli = launch([command], service);
    cli.child.stdout?.destroy();
    const { code, stderr } = await cli.ended;
    expect(code).toBe(0);
    expect(stderr).toBe('');
  });
});
