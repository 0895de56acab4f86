/**
 * The first bytes of each entry, which do not count. The limit on sockets bounds them. So a small request is never
 * refused because of large ones.
 */
export const freeBytes = 64 * 1024;

/** Bytes in memory on behalf of a client: a body, an unread response, a part of a download. */
export interface HeldBytes {
  /**
   * Counts bytes; a negative number for those that have left memory. May make this entry, or a larger one, give way.
   */
  take(bytes: number): void;
  /** Keeps the bytes counted, but no longer gives way. */
  keep(): void;
  /** Stops counting: the bytes are no longer in memory. */
  release(): void;
}

interface Entry {
  address: string;
  bytes: number;
  giveWay: () => void;
}

/**
 * Limits the bytes that a process holds in memory for all clients. Over the limit, the address with the most bytes
 * gives way with its largest entry, so that one client cannot lock out others.
 */
export class MemoryBudget {
  readonly #limit: number;
  #held = 0;
  /** Entries that give way if necessary. */
  readonly #yielding = new Set<Entry>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds an entry. `giveWay` is called at most once, to free its bytes; they no longer count then. */
  open(address: string, giveWay: () => void): HeldBytes {
    const entry: Entry = { address, bytes: 0, giveWay };
    let isReleased = false;
    const release = () => {
      if (isReleased) return;
      isReleased = true;
      this.#yielding.delete(entry);
      this.#held -= counted(entry.bytes);
    };
    entry.giveWay = () => {
      release();
      giveWay();
    };
    this.#yielding.add(entry);
    return {
      take: (bytes) => {
        if (isReleased) return;
        this.#held += counted(entry.bytes + bytes) - counted(entry.bytes);
        entry.bytes += bytes;
        while (this.#held > this.#limit && this.#dropLargest());
      },
      keep: () => void this.#yielding.delete(entry),
      release,
    };
  }

  /** Returns false if no entry gives way. */
  #dropLargest(): boolean {
    const byAddress = new Map<string, { bytes: number; largest: Entry }>();
    for (const entry of this.#yielding) {
      const { bytes = 0, largest = entry } = byAddress.get(entry.address) ?? {};
      byAddress.set(entry.address, {
        bytes: bytes + counted(entry.bytes),
        largest: entry.bytes > largest.bytes ? entry : largest,
      });
    }
    const [heaviest] = [...byAddress.values()].sort((a, b) => b.bytes - a.bytes);
    heaviest?.largest.giveWay();
    return heaviest !== undefined;
  }
}

function counted(bytes: number): number {
  return Math.max(0, bytes - freeBytes);
}
