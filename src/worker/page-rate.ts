const windowMs = 60_000;

/** Counts the pages that a worker reads, to report how many it read in the last minute. */
export class PageRate {
  /** Totals by time, oldest first; the first one is the last before the window. */
  readonly #samples: { at: number; total: number }[] = [];

  /** Records the total of pages since the worker started. Returns the number of the last minute. */
  sample(total: number, now = performance.now()): number {
    this.#samples.push({ at: now, total });
    while ((this.#samples[1]?.at ?? now) < now - windowMs) this.#samples.shift();
    return total - (this.#samples[0]?.total ?? total);
  }
}
