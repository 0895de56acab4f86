import { setImmediate } from 'node:timers/promises';

/** How long one request may block the event loop at a time, in milliseconds. */
const maxMs = 10;

/** Returns a function to await between the steps of long work. It yields to the event loop whenever that is due. */
export function createPauses(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < maxMs) return;
    await setImmediate();
    since = performance.now();
  };
}
