import { withinRunning } from '../../ops/running-time.ts';

/** A client that takes nothing for this long is cut off, in milliseconds: what it should read is in memory. */
export const stallMs = 30_000;
/** Time for the whole of a large event, in milliseconds: 16 MiB at half a megabit a second. */
const totalMs = 5 * 60_000;

/** Writes the pieces of a large event as fast as its client reads. Rejects if it stops or takes too long. */
export async function sendInPieces(
  pieces: AsyncIterable<string>,
  write: (piece: string) => Promise<void>,
  isOpen: () => boolean,
): Promise<void> {
  const late = () => new Error('the client does not read');
  const began = performance.now();
  for await (const piece of pieces) {
    if (!isOpen() || performance.now() - began > totalMs) throw late();
    await withinRunning(stallMs, write(piece), late);
  }
}
