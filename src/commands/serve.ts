import { startApi } from '../app.ts';
import type { Config } from '../config.ts';
import { runProcess } from './run.ts';
import { requireKeysForOthers } from './start-checks.ts';

/** `pagehive serve`: the API. */
export async function serve(config: Config): Promise<void> {
  await runProcess(config, 'serve', async (platform) => {
    await requireKeysForOthers(config, platform.database);
    return await startApi(platform);
  });
}
