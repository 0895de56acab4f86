/** Random numbers that are the same for the same seed, on every machine. */
export interface Random {
  /** From 0 to just below 1. */
  next(): number;
  /** An integer, including both ends. */
  int(least: number, most: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  shuffle<T>(list: readonly T[]): T[];
  /** An independent sequence: drawing from it does not affect others. */
  fork(): Random;
}

/** mulberry32 (Tommy Ettinger, 2017): 32 bits of state are plenty for a schedule. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }
  function int(least: number, most: number): number {
    return least + Math.floor(next() * (most - least + 1));
  }
  return {
    next,
    int,
    chance: (probability) => next() < probability,
    pick(list) {
      const picked = list[int(0, list.length - 1)];
      if (picked === undefined) throw new RangeError('nothing to pick from');
      return picked;
    },
    shuffle(list) {
      return list
        .map((each) => ({ each, order: next() }))
        .sort((a, b) => a.order - b.order)
        .map(({ each }) => each);
    },
    fork: () => createRandom(int(0, 2 ** 32 - 1)),
  };
}
