import type { Config } from '../config/config.ts';
import { rotateKeyFile } from '../connections/installation-secret.ts';
import { keyFile } from '../connections/master-key.ts';
import { openOwnDatabase } from './own-database.ts';
import { recordChange } from './record-command.ts';
import { toStderr } from './watch-view.ts';

/** `pagehive rotate-secret-key`: replaces the master key in DATA_DIR. */
export async function rotateSecretKey(config: Config): Promise<void> {
  await using database = await openOwnDatabase(config, 'rotate-secret-key');
  await rotateKeyFile(database, config, (query) => recordChange(query, { action: 'rotate-secret-key', target: null }));
  toStderr(`${keyFile(config.dataDir)} holds a new key: back it up`);
}
