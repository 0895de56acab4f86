import { existsSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { begin, drain, extractAll, isGone, newPool, onlyProcess, requestFor } from './extracting.ts';
import { longBlocker, memoryBomb } from './heavy-documents.ts';

const MiB = 1024 ** 2;

/** Limits short enough for a test, but long enough for a busy machine. */
const impatient = { pingMilliseconds: 50, blockedMilliseconds: 600 };

/** Stops a process, then those that it has started: several build a sandbox, and the last one leaves their group. */
function stopTree(pid: number): void {
  process.kill(pid, 'SIGSTOP');
  const list = `/proc/${pid}/task/${pid}/children`;
  const children = existsSync(list) ? readFileSync(list, 'utf8').trim() : '';
  for (const child of children === '' ? [] : children.split(' ')) stopTree(Number(child));
}

test('kills a process that neither responds nor uses the processor, and runs the next job', async () => {
  await using pool = newPool(impatient);
  const { events } = await begin(pool, requestFor('many-pages'));
  const pid = onlyProcess(pool);
  process.kill(pid, 'SIGSTOP');
  await expect(drain(events)).rejects.toMatchObject({ name: 'JobError', code: 'PROCESS_BLOCKED' });
  expect(isGone(pid)).toBe(true);
  expect((await extractAll(pool, requestFor('one-page'))).pages).toHaveLength(1);
});

test('kills a process that is blocked before it could start', async () => {
  await using pool = newPool(impatient);
  const starting = pool.start();
  stopTree(onlyProcess(pool));
  await expect(extractAll(pool, requestFor('one-page'))).rejects.toMatchObject({ code: 'PROCESS_BLOCKED' });
  await starting;
});

test('leaves a process alone that is too busy to respond', async () => {
  await using document = await longBlocker();
  await using pool = newPool(impatient);
  const found = await extractAll(pool, requestFor('one-page', { path: document.path, engine: 'PDFIUM' }));
  expect(found.pages[0]?.links).toHaveLength(1);
});

test('leaves a process alone that waits for its consumer', async () => {
  await using pool = newPool(impatient);
  await pool.start();
  const { events } = await begin(pool, requestFor('many-pages', { pages: '1-64' }));
  // Starting another process takes longer than this one may be silent.
  await using another = newPool();
  await another.start();
  const rest = await drain(events);
  expect(rest.map(({ type }) => type)).toEqual(['group', 'group', 'group']);
});

test('kills a process that exceeds its memory limit, with either engine', async () => {
  await using document = await memoryBomb();
  await using pool = newPool({ memoryBytes: 450 * MiB });
  for (const engine of ['PDFIUM', 'PDFJS'] as const) {
    await pool.start();
    const pid = onlyProcess(pool);
    const bomb = requestFor('one-page', { path: document.path, engine });
    await expect(extractAll(pool, bomb)).rejects.toMatchObject({ name: 'JobError', code: 'MEMORY_LIMIT' });
    expect(isGone(pid)).toBe(true);
  }
  expect((await extractAll(pool, requestFor('one-page'))).pages).toHaveLength(1);
});

test('kills a process that exceeds the lower memory limit of its request, and uses a fresh one for it', async () => {
  await using document = await memoryBomb();
  await using pool = newPool();
  await pool.start();
  await extractAll(pool, requestFor('one-page'));
  const used = onlyProcess(pool);
  const bomb = requestFor('one-page', { path: document.path, memoryBytes: 450 * MiB });
  await expect(extractAll(pool, bomb)).rejects.toMatchObject({ name: 'JobError', code: 'MEMORY_LIMIT' });
  expect(isGone(used)).toBe(true);
});
