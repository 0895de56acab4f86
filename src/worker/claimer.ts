/**
 * Gathers the claims of slots that ask while another claim is under way into one statement: under load a worker claims
 * for several slots at once, and an idle one still claims without waiting.
 */
export class Claimer<Claim> {
  readonly #claim: (slots: number) => Promise<Claim[]>;
  #asking: { resolve: (claim: Claim | undefined) => void; reject: (error: unknown) => void }[] = [];
  #busy = false;

  /** `claim` takes up to so many rows. */
  constructor(claim: (slots: number) => Promise<Claim[]>) {
    this.#claim = claim;
  }

  /** The best row for one slot; undefined if nothing is claimable. */
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
