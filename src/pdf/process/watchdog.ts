import { Worker } from 'node:worker_threads';

/** The extractor's end of a pipe that nothing is written to: it closes when the parent is gone, however it died. */
export const lifelineFd = 3;

/** Plain JavaScript, as a thread cannot load TypeScript everywhere. */
const source = `
  const { Socket } = require('node:net');
  const lifeline = new Socket({ fd: ${lifelineFd}, readable: true, writable: false });
  const die = () => process.kill(-process.pid, 'SIGKILL');
  lifeline.on('close', die).on('error', die).resume();
`;

/**
 * Kills this process and its group as soon as the parent is gone. It runs in a thread of its own because the main one may
 * be inside native code for minutes, and an orphan would go on burning a processor all that time.
 */
export function startWatchdog(): void {
  new Worker(source, { eval: true, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: 16 } }).unref();
}
