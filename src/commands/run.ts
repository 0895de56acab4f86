import type { Config } from '../config/config.ts';
import { checkPostgres } from '../connections/given-servers.ts';
import { startMetricsServer } from '../ops/metrics-server.ts';
import { openPlatform, type Platform } from '../platform.ts';
import { exitWithParent } from '../supervisor/parent.ts';
import { portError } from './start-checks.ts';

/**
 * Runs one of the processes until it must stop (SIGTERM, SIGINT, SIGHUP, or the end of its supervisor), then closes
 * everything in order. A signal before it is ready, or a second one from a terminal, ends it immediately, without data
 * loss.
 */
export async function runProcess(
  config: Config,
  name: string,
  begin: (platform: Platform) => Promise<AsyncDisposable> | AsyncDisposable,
): Promise<void> {
  process.title = `pagehive ${name}`;
  let ready = false;
  const stop = new Promise<void>((resolve) => {
    let asked = false;
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
      process.on(signal, () => {
        if (!ready || (asked && signal !== 'SIGTERM')) process.exit(signal === 'SIGTERM' ? 0 : 130);
        asked = true;
        resolve();
      });
    }
  });
  exitWithParent();
  await using platform = await open(config, name);
  await using _running = await Promise.resolve(begin(platform)).catch(async (error: unknown) => {
    throw await portError(error, config.host, config.port);
  });
  await using _metrics = await serveMetrics(platform);
  ready = true;
  platform.logger.info('ready');
  await stop;
  platform.logger.info('stopping');
}

async function open(config: Config, name: string): Promise<Platform> {
  if (config.databaseUrl !== null) {
    await checkPostgres(config.databaseUrl, { processes: 1, connections: config.databaseConnections });
  }
  return await openPlatform(config, name);
}

/** Serves the metrics on a dedicated port if METRICS_PORT is set. */
async function serveMetrics({ config, logger, metrics }: Platform): Promise<AsyncDisposable | null> {
  if (config.metrics === null) return null;
  const { host, port } = config.metrics;
  return await startMetricsServer({ host, port, logger }, () => metrics.scrape()).catch(async (error: unknown) => {
    throw await portError(error, host, port, 'METRICS_');
  });
}
