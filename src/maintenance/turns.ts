/**
 * Works on items in turn, on a part of each, until all are done or the time is over. `work` returns the item for its next
 * part, or null if nothing is left to do now. An item that fails gets no further turn, so that it cannot block the
 * others; `failed` reports it.
 */
export async function takeTurns<Item>(
  items: Item[],
  turnMs: number,
  work: (item: Item) => Promise<Item | null>,
  failed: (item: Item, error: unknown) => void | Promise<void>,
): Promise<void> {
  const until = performance.now() + turnMs;
  let waiting = items;
  while (waiting.length > 0 && performance.now() < until) {
    const unfinished: Item[] = [];
    for (const item of waiting) {
      try {
        const next = await work(item);
        if (next !== null) unfinished.push(next);
      } catch (error) {
        await failed(item, error);
      }
    }
    waiting = unfinished;
  }
}
