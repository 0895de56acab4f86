/**
 * Returns a function that returns true at most once per `everyMs` milliseconds for each key. Limits repeated warnings.
 */
export function occasionally(everyMs: number): (key: string) => boolean {
  const lastAt = new Map<string, number>();
  return (key) => {
    const now = performance.now();
    if (now - (lastAt.get(key) ?? Number.NEGATIVE_INFINITY) < everyMs) return false;
    lastAt.set(key, now);
    return true;
  };
}
