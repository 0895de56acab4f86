/** Bytes of one block. */
const blockBytes = 64 * 1024;

/** Collects bytes in large blocks. Many small packets would take far more memory than their bytes. */
export class Blocks {
  readonly #blocks: Buffer<ArrayBuffer>[] = [];
  #block = Buffer.alloc(0);
  #used = 0;
  #expected: number;

  /** `expected`: the total size, if known. Memory is allocated as bytes arrive. */
  constructor(expected = Number.POSITIVE_INFINITY) {
    this.#expected = expected;
  }

  add(chunk: Buffer): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#used === this.#block.length) this.#begin();
      const copied = chunk.copy(this.#block, this.#used, at);
      this.#used += copied;
      at += copied;
    }
  }

  /** All bytes, in order. */
  finish(): Buffer<ArrayBuffer>[] {
    if (this.#used < this.#block.length) this.#blocks.splice(-1, 1, this.#block.subarray(0, this.#used));
    return this.#blocks;
  }

  #begin(): void {
    this.#block = Buffer.allocUnsafe(this.#expected > 0 ? Math.min(blockBytes, this.#expected) : blockBytes);
    this.#expected -= this.#block.length;
    this.#used = 0;
    this.#blocks.push(this.#block);
  }
}
