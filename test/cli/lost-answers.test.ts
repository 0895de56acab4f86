import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { serve, type TestServer } from '../download/pdf-server.ts';
import { type Service, startService } from '../service.ts';
import { fixture, jsonLines, run } from './running.ts';

// A proxy between the command and the service. It runs every mutation but loses the first response of each kind, and
// replaces the second by SERVICE_UNAVAILABLE.

let service: Service;
let proxy: TestServer;
let lost: Map<string, number>;
const unavailable = { errors: [{ message: 'Not now.', extensions: { code: 'SERVICE_UNAVAILABLE' } }] };

beforeAll(async () => {
  service = await startService({ worker: false });
  proxy = await serve(async (request, response) => {
    const body = await text(request);
    const answer = await fetch(`${service.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
    });
    const answered = await answer.text();
    const [name] = /create(Job|Batch|Upload)\(/.exec(body) ?? [];
    const times = name === undefined ? 2 : (lost.get(name) ?? 0);
    if (name !== undefined) lost.set(name, times + 1);
    if (times === 0) request.socket.destroy();
    else response.end(times === 1 ? JSON.stringify(unavailable) : answered);
  });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await service[Symbol.asyncDispose]();
});

describe('a submission whose responses get lost', () => {
  it.each([
    ['a file', [fixture('one-page.pdf')]],
    ['a URL', ['https://example.com/a.pdf']],
  ])('creates one job: %s', async (_, args) => {
    lost = new Map();
    const { prisma } = service.platform.database;
    const before = await prisma.job.count();
    const { code, stdout } = await run(['submit', ...args, '--json'], { url: proxy.origin });
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([{ type: 'submitted', deduplicated: true }]);
    expect(lost.get('createJob(')).toBe(3);
    expect(await prisma.job.count()).toBe(before + 1);
  });

  it('creates one batch', async () => {
    lost = new Map();
    const { prisma } = service.platform.database;
    const files = [fixture('one-page.pdf'), fixture('table.pdf')];
    const { code, stdout } = await run(['submit', ...files, '--batch', '--json'], { url: proxy.origin });
    expect(code).toBe(0);
    expect(jsonLines(stdout)).toMatchObject([{ type: 'submitted', deduplicated: true }]);
    expect(lost.get('createBatch(')).toBe(3);
    expect((await prisma.batch.findMany()).map(({ total }) => total)).toEqual([2]);
  });
});
