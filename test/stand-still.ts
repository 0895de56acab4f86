/** Blocks this process, like a pause of the machine: no timer fires, and nothing is read. */
export function standStill(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
}
