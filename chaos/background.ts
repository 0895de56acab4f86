/** What is done beside everything else, and must have been done in the end. */
export class Background {
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];

  start(task: Promise<void>): void {
    const running = task
      .catch((error: unknown) => void this.#failures.push(error))
      .then(() => void this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves when all of it is done; throws what the first that failed has thrown. */
  async finished(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
