import { setFlagsFromString } from 'node:v8';
import { startApi } from '../app/api.ts';
import type { Config } from '../config/config.ts';
import { runProcess } from './run.ts';
import { requireKeysForOthers, requireSandboxedWorkers } from './start-checks.ts';

/**
 * V8 lets garbage grow to several times the memory in use, up to gigabytes while many clients request megabytes.
 * Collecting at one and a half times the memory in use keeps the process small.
 */
const collectEarly = '--heap-growing-percent=50';

/** `pagehive serve`: the API. */
export async function serve(config: Config): Promise<void> {
  setFlagsFromString(collectEarly);
  await runProcess(config, 'serve', async (platform) => {
    await requireKeysForOthers(config, platform.database);
    await requireSandboxedWorkers(config, platform.database);
    return await startApi(platform);
  });
}
