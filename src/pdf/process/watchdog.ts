import { Worker } from 'node:worker_threads';

/** The extractor's end of a socket to its parent. It closes when the parent is gone, however that died; slow pages are told through it. */
export const lifelineFd = 3;

/** How often the watchdog looks which page is read, in milliseconds: a page that it sees twice is slow. */
const lookMilliseconds = 200;

/** Stands for no page. */
const none = -1;

/** Plain JavaScript, as a thread cannot load TypeScript everywhere. */
const source = `
  const { Socket } = require('node:net');
  const { workerData } = require('node:worker_threads');
  const lifeline = new Socket({ fd: ${lifelineFd}, readable: true, writable: true });
  const die = () => process.kill(-process.pid, 'SIGKILL');
  lifeline.on('close', die).on('error', die).resume();
  const [page, changes] = [0, 1];
  let [seen, told] = [0, false];
  setInterval(() => {
    const now = Atomics.load(workerData, changes);
    if (now === seen && !told && Atomics.load(workerData, page) !== ${none}) {
      told = true;
      lifeline.write(Atomics.load(workerData, page) + '\\n');
    } else if (now !== seen) {
      if (told) lifeline.write('${none}\\n');
      [seen, told] = [now, false];
    }
  }, ${lookMilliseconds});
`;

/**
 * Starts a thread of its own that kills this process and its group as soon as the parent is gone, and tells the parent which page is read if
 * that takes long: the main thread may be inside an engine for minutes. Returns what says which page is read from now on, 0 for the document
 * as a whole, null for none.
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

/** Reads what the watchdog tells: the page that is slow, or null once it is done. */
export function readSlowPage(line: string): number | null {
  const page = Number(line);
  return Number.isInteger(page) && page !== none ? page : null;
}
