import { RequestError } from '../../errors.ts';

/**
 * The first bytes of each body, which do not count. The limit on sockets bounds them, so that a small request is never
 * refused because of large ones.
 */
export const freeBytes = 64 * 1024;

/** A body that is being received or processed. */
export interface HeldBody {
  /** Counts received bytes. May make this body, or a larger one, give way. */
  take(bytes: number): void;
  /** The body is complete, and no longer gives way. */
  complete(): void;
  /** Its bytes are no longer in memory. */
  release(): void;
}

interface Body {
  address: string;
  bytes: number;
  giveWay: (error: RequestError) => void;
}

/**
 * Limits the total bytes of request bodies in memory. When they are used up, the client address with the most
 * unfinished bytes gives way with its largest body, so that one client's unfinished bodies cannot lock out others.
 */
export class BodyBudget {
  readonly #limit: number;
  #held = 0;
  readonly #unfinished = new Set<Body>();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Starts counting a body. `giveWay` is called once if it must be refused; its bytes then no longer count. */
  open(address: string, giveWay: (error: RequestError) => void): HeldBody {
    const body: Body = { address, bytes: 0, giveWay };
    let isReleased = false;
    const release = () => {
      if (isReleased) return;
      isReleased = true;
      this.#unfinished.delete(body);
      this.#held -= counted(body.bytes);
    };
    body.giveWay = (error) => {
      release();
      giveWay(error);
    };
    this.#unfinished.add(body);
    return {
      take: (bytes) => {
        if (isReleased) return;
        this.#held += counted(body.bytes + bytes) - counted(body.bytes);
        body.bytes += bytes;
        while (this.#held > this.#limit && this.#refuseLargest());
      },
      complete: () => void this.#unfinished.delete(body),
      release,
    };
  }

  /** False if there is none. */
  #refuseLargest(): boolean {
    const byAddress = new Map<string, { bytes: number; largest: Body }>();
    for (const body of this.#unfinished) {
      const { bytes = 0, largest = body } = byAddress.get(body.address) ?? {};
      byAddress.set(body.address, {
        bytes: bytes + counted(body.bytes),
        largest: body.bytes > largest.bytes ? body : largest,
      });
    }
    const [heaviest] = [...byAddress.values()].sort((a, b) => b.bytes - a.bytes);
    heaviest?.largest.giveWay(
      new RequestError('OVERLOADED', { message: 'Too many large requests are being received right now.' }),
    );
    return heaviest !== undefined;
  }
}

function counted(bytes: number): number {
  return Math.max(0, bytes - freeBytes);
}
