import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import type { ExtractionEvent, ExtractionRequest, GroupEvent } from '../../src/pdf/extraction.ts';
import { ExtractorKilledError, type ExtractorPool } from '../../src/pdf/extractor-pool.ts';
import { extractAll, newPool, requestFor } from './extracting.ts';

/** Begins an extraction and takes its first group; the rest is left to the test. */
async function begin(pool: ExtractorPool, request: ExtractionRequest, signal = new AbortController().signal) {
  const events = pool.extract(request, signal)[Symbol.asyncIterator]();
  const first: ExtractionEvent[] = [];
  while (first.at(-1)?.type !== 'group') {
    const { value } = await events.next();
    first.push(value);
  }
  return { events, first };
}

/** The events that are left. */
async function drain(events: AsyncIterator<ExtractionEvent>): Promise<ExtractionEvent[]> {
  const rest: ExtractionEvent[] = [];
  for await (const event of { [Symbol.asyncIterator]: () => events }) {
    rest.push(event);
  }
  return rest;
}

function onlyProcess(pool: ExtractorPool): number {
  const [pid, ...others] = pool.processIds;
  expect(others).toEqual([]);
  return pid ?? 0;
}

function isGone(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return true;
  }
}

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

test('replaces an idle process that has grown too large', async () => {
  await using pool = newPool({ recycleBytes: 1 });
  await pool.start();
  const pid = onlyProcess(pool);
  await extractAll(pool, requestFor('one-page'));
  expect(onlyProcess(pool)).not.toBe(pid);
  expect(isGone(pid)).toBe(true);
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

test('goes on with the other engine after a crash', async () => {
  await using pool = newPool();
  const { events, first } = await begin(pool, requestFor('many-pages', { pages: '1-64' }));
  process.kill(onlyProcess(pool), 'SIGSEGV');
  const rest = await drain(events);
  const groups = [...first, ...rest].filter((event): event is GroupEvent => event.type === 'group');
  expect(groups.map(({ range }) => range.first)).toEqual([1, 17, 33, 49]);
  expect(groups.at(0)?.engine).toBe('LITEPARSE');
  expect(groups.at(-1)?.engine).toBe('PDFJS');
  expect([...first, ...rest].filter(({ type }) => type === 'opened')).toHaveLength(1);
});

test('blames a document on which both engines crash, or the only one it may use', async () => {
  await using pool = newPool();
  const crashAtEachGroup = async (request: ExtractionRequest) => {
    for await (const event of pool.extract(request, new AbortController().signal)) {
      if (event.type === 'group') {
        for (const pid of pool.processIds) {
          process.kill(pid, 'SIGSEGV');
        }
      }
    }
  };
  const crash = { code: 'PDF_CRASHES_EXTRACTOR' };
  await expect(crashAtEachGroup(requestFor('many-pages'))).rejects.toMatchObject(crash);
  await expect(crashAtEachGroup(requestFor('many-pages', { engine: 'LITEPARSE' }))).rejects.toMatchObject(crash);
});

test('tells a kill from outside apart from a crash', async () => {
  await using pool = newPool();
  const { events } = await begin(pool, requestFor('many-pages'));
  process.kill(onlyProcess(pool), 'SIGKILL');
  await expect(drain(events)).rejects.toThrow(ExtractorKilledError);
});

test('kills a process that takes more memory than it may', async () => {
  await using pool = newPool({ memoryBytes: 1 });
  await expect(extractAll(pool, requestFor('many-pages'))).rejects.toMatchObject({ code: 'MEMORY_LIMIT' });
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
