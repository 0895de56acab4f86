/** Colours nearer than this, in each of red, green and blue, cannot be told apart. */
const nearest = 10;

/** Reports whether readers cannot tell two colours, such as "#ffffff", apart. */
export function isSameColour(a: string, b: string): boolean {
  const [first, second] = [Number.parseInt(a.slice(1), 16), Number.parseInt(b.slice(1), 16)];
  return [16, 8, 0].every((shift) => Math.abs(((first >> shift) & 0xff) - ((second >> shift) & 0xff)) < nearest);
}
