import type { Finding } from './diagnosis.ts';

/** Signed URLs, keys and start times expire by the clocks of several machines. */
const mostSeconds = 5;

/** Compares the clock of this machine with that of a server. `read` returns the server's time, in milliseconds since 1970. */
export async function skewOf(server: string, read: () => Promise<number>): Promise<Finding> {
  const before = Date.now();
  const there = await read();
  const seconds = (there - (before + Date.now()) / 2) / 1_000;
  const detail = `the clock of ${server} is ${Math.abs(seconds).toFixed(1)} s ${seconds < 0 ? 'behind' : 'ahead of'} this machine's`;
  if (Math.abs(seconds) <= mostSeconds) return { detail };
  return { detail, advice: 'Let NTP set the clocks of all machines.', isWarning: true };
}
