/** Items of large lists that may be completed in one turn of the event loop; a thousand take 1 to 6 ms. */
const itemsPerTurn = 2_000;

/**
 * Shares the event loop between large lists. GraphQL completes a list without a pause, and all that were read together one
 * right after the other: so a resolver waits here for its turn before it hands over a list, and other requests are served
 * in between. Small lists hardly ever wait.
 */
class Turns {
  #left = itemsPerTurn;
  #isRunning = false;
  readonly #waiting: { items: number; begin: () => void }[] = [];

  take(items: number): Promise<void> | void {
    const isFirst = this.#waiting.length === 0;
    if (!(isFirst && items <= this.#left)) {
      this.#run();
      return new Promise((begin) => this.#waiting.push({ items, begin }));
    }
    this.#left -= items;
    this.#run();
  }

  /** Until nobody waits and the turn is whole again. */
  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    setImmediate(() => {
      this.#isRunning = false;
      this.#left = itemsPerTurn;
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        // A list that is larger than a turn has one to itself.
        if (next.items > this.#left && this.#left < itemsPerTurn) break;
        this.#waiting.shift();
        this.#left -= next.items;
        next.begin();
      }
      if (this.#left < itemsPerTurn) this.#run();
    });
  }
}

const turns = new Turns();

/** Resolves when a list of this many items may be handed to GraphQL: one queue for the whole process. */
export async function takeTurn(items: number): Promise<void> {
  await turns.take(items);
}

/** Resolves when a piece of other work may be done, which then has the turn to itself. */
export async function takeWholeTurn(): Promise<void> {
  await turns.take(itemsPerTurn);
}

const reads = new Turns();

/** The same for what clients send. A queue of its own: many large messages must not delay answers. */
export async function takeReadTurn(): Promise<void> {
  await reads.take(itemsPerTurn);
}
