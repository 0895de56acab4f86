/** Items of large lists that may be completed in one turn of the event loop; a thousand take 1 to 6 ms. */
const itemsPerTurn = 2_000;

/**
 * Shares the event loop between large lists. GraphQL completes a list without a pause, and lists that were read
 * together one right after the other. Therefore a resolver waits here for its turn before it returns a list, and other
 * requests are served in between. Small lists hardly ever wait.
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

  /** Runs until nothing waits and the turn is unused again. */
  #run(): void {
    if (this.#isRunning) return;
    this.#isRunning = true;
    setImmediate(() => {
      this.#isRunning = false;
      this.#left = itemsPerTurn;
      for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
        // A list larger than a turn gets a whole turn.
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

/** Resolves when a list of this many items may be passed to GraphQL. The whole process shares one queue. */
export async function takeTurn(items: number): Promise<void> {
  await turns.take(items);
}

/** Resolves when a piece of other work may run. It gets a whole turn. */
export async function takeWholeTurn(): Promise<void> {
  await turns.take(itemsPerTurn);
}

const reads = new Turns();

/** The same for client messages. They have their own queue, so that many large messages do not delay responses. */
export async function takeReadTurn(): Promise<void> {
  await reads.take(itemsPerTurn);
}
