/** Load balancers ask at least this often; anyone who asks less often is a person, or gone. */
const longestPeriodMs = 15_000;
/** Tolerance: nobody asks to the millisecond. */
const slackMs = 1_000;

/**
 * Whether this process wants requests. When it drains, regular callers such as load balancers first get to see a "no"
 * before it closes: until then, they send requests here, and a closed port would be an error for their clients.
 */
export class Readiness {
  #draining = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #periodMs = Number.POSITIVE_INFINITY;
  #told = () => {};

  get draining(): boolean {
    return this.#draining;
  }

  /** Records a readiness check. */
  asked(): void {
    const now = performance.now();
    this.#periodMs = now - this.#askedAt;
    this.#askedAt = now;
    this.#told();
  }

  /** Reports "no" from now on. Resolves once a caller has seen it, or immediately if nobody asks regularly. */
  async drain(): Promise<void> {
    this.#draining = true;
    const dueInMs = this.#askedAt + this.#periodMs + slackMs - performance.now();
    if (this.#periodMs > longestPeriodMs || dueInMs <= 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, dueInMs);
      this.#told = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
