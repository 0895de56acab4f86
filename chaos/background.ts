/** Tasks that run in the background and must have succeeded by the end. */
export class Background {
  readonly #running = new Set<Promise<void>>();
  readonly #failures: unknown[] = [];

  start(task: Promise<void>): void {
    const running = task
      .catch((error: unknown) => void this.#failures.push(error))
      .then(() => void this.#running.delete(running));
    this.#running.add(running);
  }

  /** Resolves once all tasks are done; throws the error of the first that failed. */
  async finished(): Promise<void> {
    await Promise.all(this.#running);
    if (this.#failures.length > 0) throw this.#failures[0];
  }
}
