import { Worker } from 'node:worker_threads';

/**
 * The extractor's end of a socket to its parent. It closes when the parent dies in any way; slow pages are reported
 * through it.
 */
export const lifelineFd = 3;

/** Interval at which the watchdog checks which page is being read, in milliseconds. A page seen twice is slow. */
const lookMilliseconds = 200;

/** Stands for no page. */
const none = -1;

/** Plain JavaScript, because a thread cannot load TypeScript everywhere. */
const source = `
  const { Socket } = require('node:net');
  const { workerData } = require('node:worker_threads');
  const lifeline = new Socket({ fd: ${lifelineFd}, readable: true, writable: true });
  const die = () => process.kill(-process.pid, 'SIGKILL');
  lifeline.on('close', die).on('error', die).resume();
  const [page, changes] = [0, 1];
  let [seen, reported] = [0, false];
  setInterval(() => {
    const now = Atomics.load(workerData, changes);
    if (now === seen && !reported && Atomics.load(workerData, page) !== ${none}) {
      reported = true;
      lifeline.write(Atomics.load(workerData, page) + '\\n');
    } else if (now !== seen) {
      if (reported) lifeline.write('${none}\\n');
      [seen, reported] = [now, false];
    }
  }, ${lookMilliseconds});
`;

/**
 * Starts a thread that kills this process and its group once the parent is gone, and reports pages that take long to
 * the parent: the main thread may be inside an engine for minutes. Returns a function that sets the page being read, 0
 * for the document as a whole, null for none.
 */
export function startWatchdog(): (page: number | null) => void {
  const state = new Int32Array(new SharedArrayBuffer(8));
  state[0] = none;
  const options = { eval: true, execArgv: [], workerData: state, resourceLimits: { maxOldGenerationSizeMb: 16 } };
  new Worker(source, options).unref();
  return (page) => {
    Atomics.store(state, 0, page ?? none);
    Atomics.add(state, 1, 1);
  };
}

/** Parses a message of the watchdog: the slow page, or null once it is done. */
export function readSlowPage(line: string): number | null {
  const page = Number(line);
  return Number.isInteger(page) && page !== none ? page : null;
}
