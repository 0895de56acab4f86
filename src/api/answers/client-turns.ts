/** Maximum duration of clients' work before the event loop handles other events, in milliseconds. */
const sliceMs = 5;

type Begin = () => void;

/**
 * Shares the event loop between clients. Each piece of a client's work takes a turn: reading a message, checking a
 * document, starting an execution, sending an event. Pieces that fit into a slice run at once; the others wait. Clients
 * take turns, so the thousandth piece of one client's work never runs before the first of another's.
 */
class ClientTurns {
  /** Waiting pieces of work by client, in the order of the clients' turns. */
  readonly #waiting = new Map<unknown, Begin[]>();
  #sliceBegan = 0;
  #isScheduled = false;

  take(client: unknown, begin: Begin): void {
    if (!this.#isScheduled) {
      this.#sliceBegan = performance.now();
      this.#schedule(0);
    }
    if (this.#waiting.size === 0 && this.#hasTime()) begin();
    else this.#enqueue(client, begin);
  }

  #enqueue(client: unknown, begin: Begin): void {
    const begins = this.#waiting.get(client);
    if (begins === undefined) this.#waiting.set(client, [begin]);
    else begins.push(begin);
  }

  #hasTime(): boolean {
    return performance.now() - this.#sliceBegan < sliceMs;
  }

  #schedule(pauseMs: number): void {
    this.#isScheduled = true;
    if (pauseMs > 0) setTimeout(() => void this.#run(), pauseMs);
    else setImmediate(() => void this.#run());
  }

  async #run(): Promise<void> {
    const began = performance.now();
    this.#sliceBegan = began;
    while (this.#hasTime()) {
      const begin = this.#next();
      if (begin === undefined) break;
      begin();
      // Promise callbacks of a piece of work belong to its turn.
      await new Promise<void>((drained) => process.nextTick(drained));
    }
    if (this.#waiting.size === 0) {
      this.#isScheduled = false;
      return;
    }
    // If one piece took much longer than a slice, give the rest of the process as much time.
    const tookMs = performance.now() - began;
    this.#schedule(tookMs > 2 * sliceMs ? tookMs : 0);
  }

  #next(): Begin | undefined {
    for (const [client, begins] of this.#waiting) {
      const begin = begins.shift();
      // The client's next turn comes after the turns of all others.
      this.#waiting.delete(client);
      if (begins.length > 0) this.#waiting.set(client, begins);
      return begin;
    }
    return undefined;
  }
}

const turns = new ClientTurns();

/** Calls `begin` when it is the client's turn, perhaps at once: one queue for the whole process. */
export function inClientTurn(client: unknown, begin: () => void): void {
  turns.take(client, begin);
}

/** Resolves when it is the client's turn. */
export function takeClientTurn(client: unknown): Promise<void> {
  return new Promise((begin) => turns.take(client, begin));
}
