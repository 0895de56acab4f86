import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { DatabaseDownError, persist } from '../../src/worker/persist.ts';

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

it('retries a write for a minute while the database is down', async () => {
  const write = vi.fn(failing('ECONNREFUSED'));
  await expect(persist(write, signal)).rejects.toThrow(DatabaseDownError);
  expect(write).toHaveBeenCalledTimes(2);
});

it('throws the timeout of a write that the database never completes in time', async () => {
  const write = vi.fn(failing('57014'));
  await expect(persist(write, signal)).rejects.toMatchObject({ code: '57014' });
});
