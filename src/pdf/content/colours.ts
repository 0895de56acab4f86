/** Readers cannot distinguish colours whose red, green and blue values all differ by less than this. */
const nearest = 10;

/** Whether readers cannot distinguish two colours, such as "#ffffff". */
export function isSameColour(a: string, b: string): boolean {
  const [first, second] = [Number.parseInt(a.slice(1), 16), Number.parseInt(b.slice(1), 16)];
  return [16, 8, 0].every((shift) => Math.abs(((first >> shift) & 0xff) - ((second >> shift) & 0xff)) < nearest);
}
