/** Runs tasks in order of arrival, at most `most` at a time. */
export function createLimit(most: number): <T>(task: () => Promise<T>) => Promise<T> {
  let running = 0;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (running >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else running++;
    try {
      return await task();
    } finally {
      // Passed on directly, so that a new task cannot take the slot.
      const next = waiting.shift();
      if (next) next();
      else running--;
    }
  };
}
