import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { ExtractorKilledError } from '../../src/pdf/process/processes.ts';
import { begin, drain, extractAll, isGone, newPool, onlyProcess, requestFor } from './extracting.ts';

test('runs jobs one after another in the same warm process, which leads its own process group', async () => {
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

test('gives a job a fresh process on request', async () => {
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

test('reports which process is busy, since when, and when it last made progress', async () => {
  await using pool = newPool();
  const { events } = await begin(pool, requestFor('many-pages'));
  const [busy, ...others] = pool.busy;
  expect(others).toEqual([]);
  expect(busy?.pid).toBe(onlyProcess(pool));
  expect(busy?.progressedAt.getTime()).toBeGreaterThanOrEqual(busy?.since.getTime() ?? Number.NaN);
  await drain(events);
  expect(pool.busy).toEqual([]);
});

test('announces each group with its number of pages, and each page that PDFJS reads', async () => {
  await using pool = newPool();
  const readings = async (engine: 'PDFJS' | 'PDFIUM') => {
    const found: (number | string)[] = [];
    const pages: number[] = [];
    const request = requestFor('many-pages', { pages: '1-20', engine });
    for await (const event of pool.extract(request, new AbortController().signal)) {
      if (event.type !== 'reading') found.push(event.type);
      else if (event.page !== null) pages.push(event.page);
      else if (event.pages > 1 || found.length === 0) found.push(event.pages);
    }
    return { found, pages: pages.toSorted((a, b) => a - b) };
  };
  // The sample of eight pages comes first.
  const found = [1, 'opened', 8, 16, 'group', 4, 'group'];
  expect(await readings('PDFIUM')).toEqual({ found, pages: [] });
  expect(await readings('PDFJS')).toEqual({ found, pages: Array.from({ length: 20 }, (_, index) => index + 1) });
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
  // The extractor shares the parent's standard error, so the pipe closes when both are gone.
  await once(parent, 'close');
});

test('reports why each process ended, and what the living ones use', async () => {
  const ends: string[] = [];
  await using pool = newPool({ onEnd: (reason) => ends.push(reason) });
  await extractAll(pool, requestFor('one-page'));
  const idle = await pool.use();
  expect(idle).toMatchObject({ busy: 0, idle: 1, residentBytes: idle.largestResidentBytes });
  expect(idle.residentBytes).toBeGreaterThan(1024 ** 2);
  await extractAll(pool, requestFor('one-page', { fresh: true }));
  await extractAll(pool, requestFor('one-page', { owner: 'another tenant' }));
  const abort = new AbortController();
  const aborted = await begin(pool, requestFor('many-pages', { owner: 'another tenant' }), abort.signal);
  expect(await pool.use()).toMatchObject({ busy: 1, idle: 0 });
  abort.abort(new Error('cancelled by the test'));
  await expect(drain(aborted.events)).rejects.toThrow('cancelled');
  const killed = await begin(pool, requestFor('many-pages', { owner: 'another tenant' }));
  process.kill(onlyProcess(pool), 'SIGKILL');
  await expect(drain(killed.events)).rejects.toThrow(ExtractorKilledError);
  expect(ends).toEqual(['fresh', 'tenant', 'aborted', 'killed']);
  await using small = newPool({ recycleBytes: 1, onEnd: (reason) => ends.push(`small: ${reason}`) });
  await extractAll(small, requestFor('one-page'));
  expect(ends.at(-1)).toBe('small: memory');
});
