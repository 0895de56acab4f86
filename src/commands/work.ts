import { startWork } from '../app/work.ts';
import type { Config } from '../config/config.ts';
import { runProcess } from './run.ts';
import { requireSandboxForOthers } from './start-checks.ts';

/** `pagehive work`: a worker. Any number of them may run, on any number of machines. */
export async function work(config: Config): Promise<void> {
  await requireSandboxForOthers(config);
  await runProcess(config, 'work', startWork);
}
