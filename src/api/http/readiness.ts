/** Maximum interval between a load balancer's checks, in milliseconds. Anything slower is a person, or gone. */
const longestPeriodMs = 15_000;
/** Tolerance for late checks, in milliseconds. */
const slackMs = 1_000;
/** Maximum number of addresses whose checks are remembered. */
const maxCheckers = 1_000;

interface Checker {
  checkedAt: number;
  periodMs: number;
}

/**
 * Whether this process accepts requests. When it drains, load balancers must see a "no" before it closes. Until then,
 * they send requests here, and a closed port would be an error for their clients. Any client may check, so the checks
 * of each address count separately: one that checks often must not end the wait for another.
 */
export class Readiness {
  #draining = false;
  /** By address, the latest check last. */
  readonly #checkers = new Map<string, Checker>();
  /** The addresses that must still see a "no". */
  readonly #waiting = new Set<string>();
  #onAllSeen = () => {};

  get draining(): boolean {
    return this.#draining;
  }

  /** Records a readiness check that an address has an answer to. */
  checked(address: string): void {
    const now = performance.now();
    const before = this.#checkers.get(address);
    const periodMs = before === undefined ? Number.POSITIVE_INFINITY : now - before.checkedAt;
    this.#checkers.delete(address);
    this.#checkers.set(address, { checkedAt: now, periodMs });
    const [oldest] = this.#checkers.keys();
    if (this.#checkers.size > maxCheckers && oldest !== undefined) this.#checkers.delete(oldest);
    if (this.#waiting.delete(address) && this.#waiting.size === 0) this.#onAllSeen();
  }

  /**
   * Reports "no" from now on. Resolves once every address that checks regularly has seen it or is late. Without such
   * addresses, this resolves at once.
   */
  async drain(): Promise<void> {
    this.#draining = true;
    const now = performance.now();
    let longestMs = 0;
    for (const [address, { checkedAt, periodMs }] of this.#checkers) {
      const dueInMs = checkedAt + periodMs + slackMs - now;
      if (periodMs > longestPeriodMs || dueInMs <= 0) continue;
      this.#waiting.add(address);
      longestMs = Math.max(longestMs, dueInMs);
    }
    if (this.#waiting.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, longestMs);
      this.#onAllSeen = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
