import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { ExtractorKilledError } from '../../src/pdf/process/extractor-pool.ts';
import { begin, drain, extractAll, isGone, newPool, onlyProcess, requestFor } from './extracting.ts';

test('runs jobs one after the other in the same warm process, which leads a group of its own', async () => {
  await using pool = newPool();
  await pool.start();
  const pid = onlyProcess(pool);
  await extractAll(pool, requestFor('one-page'));
  await extractAll(pool, requestFor('links', { password: 'a secret' }));
  expect(onlyProcess(pool)).toBe(pid);
  const [group, ...command] = execFileSync('ps', ['-o', 'pgid=', '-o', 'args=', '-p', String(pid)], {
    encoding: 'utf8',
  })
    .trim()
    .split(/\s+/);
  expect(group).toBe(String(pid));
  expect(command.join(' ')).toBe('pagehive extract');
});

test('gives a job that asks for it a process that has served no document', async () => {
  await using pool = newPool();
  await pool.start();
  const pid = onlyProcess(pool);
  await extractAll(pool, requestFor('one-page', { fresh: true }));
  expect(onlyProcess(pool)).toBe(pid);
  await extractAll(pool, requestFor('one-page', { fresh: true }));
  expect(onlyProcess(pool)).not.toBe(pid);
  expect(isGone(pid)).toBe(true);
});

test('replaces an idle process that has grown too large', async () => {
  await using pool = newPool({ recycleBytes: 1 });
  await pool.start();
  const pid = onlyProcess(pool);
  await extractAll(pool, requestFor('one-page'));
  expect(onlyProcess(pool)).not.toBe(pid);
  expect(isGone(pid)).toBe(true);
});

test('tells which process is at work, since when, and when it last came further', async () => {
  await using pool = newPool();
  const { events } = await begin(pool, requestFor('many-pages'));
  const [busy, ...others] = pool.busy;
  expect(others).toEqual([]);
  expect(busy?.pid).toBe(onlyProcess(pool));
  expect(busy?.progressedAt.getTime()).toBeGreaterThanOrEqual(busy?.since.getTime() ?? Number.NaN);
  await drain(events);
  expect(pool.busy).toEqual([]);
});

test('tells before each page, or pages that are read together, that they come, and how many', async () => {
  await using pool = newPool();
  const readings = async (engine: 'PDFJS' | 'LITEPARSE') => {
    const found: (number | string)[] = [];
    const request = requestFor('many-pages', { pages: '1-20', engine });
    for await (const event of pool.extract(request, new AbortController().signal)) {
      found.push(event.type === 'reading' ? event.pages : event.type);
    }
    return found;
  };
  // The sample of eight pages comes first.
  expect(await readings('LITEPARSE')).toEqual([1, 'opened', 8, 16, 'group', 4, 'group']);
  const ones = (count: number) => Array.from({ length: count }, () => 1);
  expect(await readings('PDFJS')).toEqual([1, 'opened', ...ones(8), ...ones(16), 'group', ...ones(4), 'group']);
});

test('kills the process of an aborted job and throws the reason', async () => {
  await using pool = newPool();
  const abort = new AbortController();
  const { events } = await begin(pool, requestFor('many-pages'), abort.signal);
  const pid = onlyProcess(pool);
  const reason = new Error('cancelled by the test');
  abort.abort(reason);
  await expect(events.next()).rejects.toBe(reason);
  expect(isGone(pid)).toBe(true);
  expect((await extractAll(pool, requestFor('one-page'))).pages).toHaveLength(1);
});

test('waits for a free process, and gives up waiting when aborted', async () => {
  await using pool = newPool();
  const { events } = await begin(pool, requestFor('many-pages'));
  const abort = new AbortController();
  const impatient = pool.extract(requestFor('one-page'), abort.signal)[Symbol.asyncIterator]().next();
  const patient = extractAll(pool, requestFor('one-page'));
  abort.abort(new Error('waited long enough'));
  await expect(impatient).rejects.toThrow('waited long enough');
  await events.return?.(undefined);
  expect((await patient).pages).toHaveLength(1);
});

test('frees the process when the consumer stops early', async () => {
  await using pool = newPool();
  for await (const event of pool.extract(requestFor('many-pages'), new AbortController().signal)) {
    if (event.type === 'group') {
      break;
    }
  }
  expect((await extractAll(pool, requestFor('one-page'))).pages).toHaveLength(1);
});

test('ends running extractions when it is disposed', async () => {
  const pool = newPool();
  const { events } = await begin(pool, requestFor('many-pages'));
  const pid = onlyProcess(pool);
  await pool[Symbol.asyncDispose]();
  expect(isGone(pid)).toBe(true);
  await expect(drain(events)).rejects.toThrow(ExtractorKilledError);
});

test('leaves no extractor behind when its own process is killed', async () => {
  const loader = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  const script = fileURLToPath(new URL('./hold-extraction.ts', import.meta.url));
  const parent = spawn(process.execPath, ['--import', loader, script], { stdio: ['ignore', 'pipe', 'pipe'] });
  const [line] = await once(parent.stdout, 'data');
  const pid = Number(String(line));
  expect(isGone(pid)).toBe(false);
  parent.kill('SIGKILL');
  // The extractor shares the parent's standard error: the pipe closes when the last of the two is gone.
  await once(parent, 'close');
});
