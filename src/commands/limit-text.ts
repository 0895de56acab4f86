/** Returns the limits of a key or tenant other than the defaults, such as `minPriority=2`. */
export function limitText(limits: object): string {
  const own = Object.entries(limits).map(([name, limit]) => `${name}=${limit}`);
  return own.length === 0 ? 'default' : own.join(',');
}
