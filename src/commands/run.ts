import { openPlatform, type Platform } from '../app.ts';
import type { Config } from '../config.ts';
import { exitWithParent } from '../supervisor/parent.ts';

/**
 * Runs one of the processes until it is told to stop (SIGTERM, SIGINT, or the end of its supervisor), then closes
 * everything in order. A second signal ends it at once.
 */
export async function runProcess(
  config: Config,
  name: string,
  begin: (platform: Platform) => Promise<AsyncDisposable> | AsyncDisposable,
): Promise<void> {
  process.title = `pagehive ${name}`;
  const stop = new Promise<void>((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (asked && signal !== 'SIGTERM') process.exit(130);
        asked = true;
        resolve();
      });
    }
  });
  exitWithParent();
  await using platform = await openPlatform(config, name);
  await using _running = await begin(platform);
  platform.logger.info('ready');
  await stop;
  platform.logger.info('stopping');
}
