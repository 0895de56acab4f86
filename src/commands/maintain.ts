import { startMaintain } from '../app.ts';
import type { Config } from '../config.ts';
import { runProcess } from './run.ts';

/** `pagehive maintain`: the sweeper, the rescuer and their like. One is enough; a second one takes over when it dies. */
export async function maintain(config: Config): Promise<void> {
  await runProcess(config, 'maintain', startMaintain);
}
