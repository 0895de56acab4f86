/** Returns a function that is true at most once in `everyMs` for each key: for warnings about lasting trouble. */
export function occasionally(everyMs: number): (key: string) => boolean {
  const lastAt = new Map<string, number>();
  return (key) => {
    const now = performance.now();
    if (now - (lastAt.get(key) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    lastAt.set(key, now);
    return true;
  };
}
