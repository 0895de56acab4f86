import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DatabaseAwayError, persist } from '../../src/worker/persist.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const { signal } = new AbortController();

function failing(code: string): () => Promise<never> {
  return async () => {
    vi.advanceTimersByTime(31_000);
    throw Object.assign(new Error('no'), { code });
  };
}

it('a write is tried again while the database is away, for a minute', async () => {
  const write = vi.fn(failing('ECONNREFUSED'));
  await expect(persist(write, signal)).rejects.toThrow(DatabaseAwayError);
  expect(write).toHaveBeenCalledTimes(2);
});

it('a write that the database never carries out in time fails as what it is', async () => {
  const write = vi.fn(failing('57014'));
  await expect(persist(write, signal)).rejects.toMatchObject({ code: '57014' });
});
