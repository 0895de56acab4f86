/**
 * Combines claims that slots request during another claim into one statement: a busy worker claims for several slots at
 * once, and an idle one claims without delay.
 */
export class Claimer<Claim> {
  readonly #claim: (slots: number) => Promise<Claim[]>;
  #asking: { resolve: (claim: Claim | undefined) => void; reject: (error: unknown) => void }[] = [];
  #busy = false;

  /** `claim` claims up to the given number of rows. */
  constructor(claim: (slots: number) => Promise<Claim[]>) {
    this.#claim = claim;
  }

  /** Claims the best row for one slot; undefined if no row is claimable. */
  next(): Promise<Claim | undefined> {
    return new Promise((resolve, reject) => {
      this.#asking.push({ resolve, reject });
      void this.#serve();
    });
  }

  async #serve(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    while (this.#asking.length > 0) {
      const asking = this.#asking;
      this.#asking = [];
      try {
        const claims = await this.#claim(asking.length);
        for (const [index, { resolve }] of asking.entries()) resolve(claims[index]);
      } catch (error) {
        for (const { reject } of asking) reject(error);
      }
    }
    this.#busy = false;
  }
}
