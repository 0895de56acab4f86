import { setImmediate } from 'node:timers/promises';

/** How long work on a request keeps the event loop from all others in one go, in milliseconds. */
const maxMs = 10;

/** Returns a function to await between the steps of long work. It lets others have the event loop whenever that is due. */
export function createPauses(): () => Promise<void> {
  let since = performance.now();
  return async () => {
    if (performance.now() - since < maxMs) return;
    await setImmediate();
    since = performance.now();
  };
}
