import { startApi } from '../app.ts';
import type { Config } from '../config.ts';
import { runProcess } from './run.ts';
import { requireLoopback } from './start-checks.ts';

/** `pagehive serve`: the API. */
export async function serve(config: Config): Promise<void> {
  requireLoopback(config.host);
  await runProcess(config, 'serve', startApi);
}
