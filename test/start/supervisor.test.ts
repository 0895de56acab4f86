import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { recordProcess, stopLeftover } from '../../src/supervisor/leftovers.ts';
import { acquireLock, LockHeldError } from '../../src/supervisor/lock.ts';
import { identify, isAlive } from '../../src/supervisor/process-identity.ts';
import { startProcess } from '../../src/supervisor/supervised-process.ts';
import { createSupervisor, type Service } from '../../src/supervisor/supervisor.ts';
import { allEnd, journalLines, recordedProcess, recordedProcesses, runStandIn, temporaryDirectory } from './running.ts';

const options = { log: () => undefined, backoff: { firstMs: 10, maxMs: 50, resetAfterMs: 1_000 } };

/** A service that records its events in the journal, and ends when asked unless it is stubborn. */
function journaling(directory: string, name: string, { stubborn = false } = {}): Service {
  const script = `
    const say = (line) => require('node:fs').appendFileSync(${JSON.stringify(join(directory, 'journal'))}, line + '\\n');
    process.on('SIGTERM', () => { say('${name} asked to end'); ${stubborn ? '' : 'process.exit(0);'} });
    say('${name} started');
    setInterval(() => undefined, 1e9);`;
  return {
    name,
    start: () =>
      startProcess({
        inherits: 'all',
        name,
        command: process.execPath,
        args: ['-e', script],
        logFile: join(directory, `${name}.log`),
        runDirectory: join(directory, 'run'),
        stopSignal: 'SIGTERM',
        stopMs: 20_000,
        killSignal: 'SIGKILL',
        parentDeath: 'guard',
      }),
  };
}

async function journalHas(directory: string, lines: string[]): Promise<void> {
  await expect.poll(() => journalLines(join(directory, 'journal')).sort()).toEqual(lines.sort());
}

test('restarts a process that dies', async () => {
  using directory = temporaryDirectory();
  const log = vi.fn();
  await using supervisor = createSupervisor({ ...options, stopOrder: [], log });
  const first = await supervisor.start(journaling(directory.path, 'one'));
  await journalHas(directory.path, ['one started']);
  process.kill(first.pid, 'SIGKILL');
  await journalHas(directory.path, ['one started', 'one started']);
  expect(recordedProcess(join(directory.path, 'run'), 'one').pid).not.toBe(first.pid);
  await vi.waitFor(() => expect(log).toHaveBeenLastCalledWith('one runs again'));
  expect(log).toHaveBeenCalledWith('one ended (SIGKILL); starting it again in 0.01 s');
});

test('keeps trying to restart a process that fails to start', async () => {
  using directory = temporaryDirectory();
  await using supervisor = createSupervisor({ ...options, stopOrder: [] });
  const good = journaling(directory.path, 'one');
  const start = vi.fn(good.start).mockImplementation(good.start);
  const first = await supervisor.start({ name: 'one', start });
  start.mockRejectedValueOnce(new Error('no')).mockRejectedValueOnce(new Error('not yet'));
  process.kill(first.pid, 'SIGKILL');
  await expect
    .poll(() => start.mock.settledResults.map(({ type }) => type))
    .toEqual(['fulfilled', 'rejected', 'rejected', 'fulfilled']);
});

test('rejects a process that fails its first start', async () => {
  using directory = temporaryDirectory();
  await using supervisor = createSupervisor({ ...options, stopOrder: [] });
  const service: Service = {
    name: 'missing',
    start: () =>
      startProcess({
        inherits: 'all',
        name: 'missing',
        command: '/nowhere/to/be/found',
        args: [],
        logFile: join(directory.path, 'log'),
        runDirectory: directory.path,
        stopSignal: 'SIGTERM',
        stopMs: 1_000,
        killSignal: 'SIGKILL',
        parentDeath: 'guard',
      }),
  };
  await expect(supervisor.start(service)).rejects.toThrow('ENOENT');
});

test('stops services one by one in the given order', async () => {
  using directory = temporaryDirectory();
  const supervisor = createSupervisor({ ...options, stopOrder: ['two', 'three', 'one'] });
  for (const name of ['one', 'two', 'three']) await supervisor.start(journaling(directory.path, name));
  await journalHas(directory.path, ['one started', 'two started', 'three started']);
  const recorded = recordedProcesses(join(directory.path, 'run'));
  expect(recorded.size).toBe(3);
  await supervisor.stop();
  const journal = journalLines(join(directory.path, 'journal')).filter((line) => line.endsWith('asked to end'));
  expect(journal).toEqual(['two asked to end', 'three asked to end', 'one asked to end']);
  expect([...recorded.values()].filter(isAlive)).toEqual([]);
  expect(readdirSync(join(directory.path, 'run'))).toEqual([]);
});

test('kills a stubborn service on killAll', async () => {
  using directory = temporaryDirectory();
  const supervisor = createSupervisor({ ...options, stopOrder: [] });
  const stubborn = await supervisor.start(journaling(directory.path, 'one', { stubborn: true }));
  await journalHas(directory.path, ['one started']);
  const stopped = supervisor.stop();
  await journalHas(directory.path, ['one started', 'one asked to end']);
  supervisor.killAll();
  await stopped;
  expect(await stubborn.exited).toEqual({ code: null, signal: 'SIGKILL' });
});

test('waits for a starting service before it stops it', async () => {
  using directory = temporaryDirectory();
  const supervisor = createSupervisor({ ...options, stopOrder: [] });
  const service = journaling(directory.path, 'one');
  const starting = supervisor.start(service);
  await supervisor.stop();
  expect(identify((await starting).pid)).toBeNull();
  await expect(supervisor.start(service)).rejects.toThrow('aborted');
});

test('leaves nothing behind when it is killed', async () => {
  using directory = temporaryDirectory();
  await using parent = runStandIn('supervising', [directory.path]);
  await expect.poll(() => parent.output()).toContain('up');
  await expect.poll(() => journalLines(join(directory.path, 'journal')).length).toBe(2);
  const children = recordedProcesses(join(directory.path, 'run'));
  expect([...children.keys()].sort()).toEqual(['ignorant', 'one', 'two']);
  expect([...children.values()].every(isAlive)).toBe(true);
  parent.child.kill('SIGKILL');
  await parent.exited;
  await allEnd(children.values());
  expect(journalLines(join(directory.path, 'journal'))).toEqual(expect.arrayContaining(['one ended', 'two ended']));
});

test('ends a process left by a killed parent, but no other process with that pid', async () => {
  using directory = temporaryDirectory();
  const ending = { signal: 'SIGTERM', graceMs: 5_000 } as const;
  await using supervisor = createSupervisor({ ...options, stopOrder: [] });
  const other = await supervisor.start(journaling(directory.path, 'other'));
  writeFileSync(join(directory.path, 'stranger.pid'), JSON.stringify({ pid: other.pid, started: 'long ago' }));
  expect(await stopLeftover(directory.path, 'stranger', ending)).toBe(false);
  expect(identify(other.pid)).not.toBeNull();
  recordProcess(directory.path, 'other', other.pid);
  expect(await stopLeftover(directory.path, 'other', ending)).toBe(true);
  await other.exited;
  expect(readdirSync(directory.path).filter((name) => name.endsWith('.pid'))).toEqual([]);
});

test('gives a lock to one process, and names that process to others', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'lock');
  {
    using _lock = acquireLock(path);
    expect(() => acquireLock(path)).toThrow(LockHeldError);
    expect(() => acquireLock(path)).toThrow(`process ${process.pid}`);
  }
  acquireLock(path)[Symbol.dispose]();
  expect(readdirSync(directory.path)).toEqual([]);
});

test('takes over the lock of a dead process, and an unreadable lock', () => {
  using directory = temporaryDirectory();
  const path = join(directory.path, 'lock');
  for (const content of [JSON.stringify({ pid: process.pid, started: 'before the reboot' }), '', '{"pid":']) {
    writeFileSync(path, content);
    // Another process died while taking it over.
    writeFileSync(`${path}.next`, content);
    using _lock = acquireLock(path);
    expect(() => acquireLock(path)).toThrow(LockHeldError);
  }
  expect(readdirSync(directory.path)).toEqual([]);
});
