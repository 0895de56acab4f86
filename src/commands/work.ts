import { startWork } from '../app.ts';
import type { Config } from '../config.ts';
import { runProcess } from './run.ts';

/** `pagehive work`: a worker. Any number of them may run, on any number of machines. */
export async function work(config: Config): Promise<void> {
  await runProcess(config, 'work', startWork);
}
