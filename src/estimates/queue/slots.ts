export interface Slot {
  /** When it becomes free. */
  at: number;
  /** The tenant of its running job; empty if it runs no job. */
  tenantId: string;
}

/** Slots ordered by when they become free: a binary heap, because a fleet may have thousands. */
export class TimeHeap {
  readonly #slots: Slot[];

  /** At least one slot. */
  constructor(slots: Slot[]) {
    this.#slots = slots.toSorted((a, b) => a.at - b.at);
  }

  get first(): Slot {
    const [first] = this.#slots;
    if (first === undefined) throw new Error('there is no slot');
    return first;
  }

  replaceFirst(slot: Slot): void {
    const slots = this.#slots;
    let hole = 0;
    for (;;) {
      const left = 2 * hole + 1;
      const [a, b] = [slots[left], slots[left + 1]];
      const child = b !== undefined && a !== undefined && b.at < a.at ? left + 1 : left;
      const lower = slots[child];
      if (lower === undefined || lower.at >= slot.at) break;
      slots[hole] = lower;
      hole = child;
    }
    slots[hole] = slot;
  }

  /** When the first running job ends; null if none runs. */
  nextRelease(): number | null {
    const ends = this.#slots.filter(({ tenantId }) => tenantId !== '').map(({ at }) => at);
    return ends.length === 0 ? null : Math.min(...ends);
  }

  /** The earliest times, at most this many. */
  times(most: number): number[] {
    return this.#slots
      .map(({ at }) => at)
      .sort((a, b) => a - b)
      .slice(0, most);
  }
}
