/** Load balancers ask at least this often; whoever asks less often is a person, or no longer there. */
const longestPeriodMs = 15_000;
/** Nobody asks to the millisecond. */
const slackMs = 1_000;

/**
 * Whether this process wants requests. When it drains, whoever asks regularly, such as a load balancer, gets to see a "no"
 * before the door closes: until then requests come here, and a closed door would be an error to their clients.
 */
export class Readiness {
  #draining = false;
  #askedAt = Number.NEGATIVE_INFINITY;
  #periodMs = Number.POSITIVE_INFINITY;
  #told = () => {};

  get draining(): boolean {
    return this.#draining;
  }

  /** Somebody asked. */
  asked(): void {
    const now = performance.now();
    this.#periodMs = now - this.#askedAt;
    this.#askedAt = now;
    this.#told();
  }

  /** Says no from now on. Resolves once it has been heard, or at once if nobody listens. */
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
