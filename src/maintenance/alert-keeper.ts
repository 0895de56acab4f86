import { Alerter } from '../alerts/alerts.ts';
import { observe } from '../alerts/conditions.ts';
import type { Config } from '../config/config.ts';
import type { Database } from '../connections/database.ts';
import type { Logger } from '../ops/logger.ts';
import type { Actor } from './actor.ts';

/** Raises and clears alerts. */
export function createAlertKeeper(context: {
  database: Database;
  config: Pick<Config, 'alerts' | 'dataDir'>;
  logger: Logger;
}): Actor {
  const { database, config } = context;
  const alerter = new Alerter(context, { sends: config.alerts.webhookUrl !== null });
  return {
    name: 'alert-keeper',
    everyMs: 5_000,
    async runOnce() {
      await alerter.update(await observe({ database, dataDir: config.dataDir }, config.alerts));
    },
  };
}
