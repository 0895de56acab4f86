import type { Config } from '../config/config.ts';
import type { Logger } from './logger.ts';
import { noTracing, type Tracing } from './tracing.ts';

/** Starts tracing if a collector is configured. Otherwise, nothing of OpenTelemetry is loaded. */
export async function openTracing(config: Config, process: string, logger: Logger): Promise<Tracing> {
  if (config.tracing === null) return noTracing;
  const { startTracing } = await import('./opentelemetry.ts');
  return startTracing(config.tracing, process, logger);
}
