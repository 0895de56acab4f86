import { withinRunning } from '../../ops/running-time.ts';

/** Time after which a client that reads nothing is disconnected, in milliseconds: its data is held in memory. */
export const stallMs = 30_000;
/** Time limit for a whole large event, in milliseconds: 16 MiB at half a megabit per second. */
const totalMs = 5 * 60_000;

/** Writes the pieces of a large event as fast as the client reads. Rejects if the client stops or takes too long. */
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
