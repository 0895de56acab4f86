import { startMaintain } from '../app/maintain.ts';
import type { Config } from '../config/config.ts';
import { runProcess } from './run.ts';

/**
 * `pagehive maintain`: background maintenance, such as sweeping. One process is enough; another takes over if it dies.
 */
export async function maintain(config: Config): Promise<void> {
  await runProcess(config, 'maintain', startMaintain);
}
