import { openExtractorPool } from '../app/extractors.ts';
import { version } from '../app/version.ts';
import type { Config } from '../config/config.ts';
import { openDatabase } from '../connections/database.ts';
import { embeddedPostgresUrl } from '../connections/embedded-postgres.ts';
import { databaseChecks } from '../doctor/database-checks.ts';
import { type Check, type Diagnosis, diagnose } from '../doctor/diagnosis.ts';
import { fleetChecks } from '../doctor/fleet-checks.ts';
import { machineChecks } from '../doctor/machine-checks.ts';
import { redisCheck } from '../doctor/redis-check.ts';
import { agreementCheck } from '../doctor/storage-check.ts';
import { createLogger } from '../ops/logger.ts';
import { toStdout } from './watch-view.ts';

export interface DoctorOptions {
  /** Also compares every stored object with the database. */
  storage?: boolean;
  json?: boolean;
}

/** `pagehive doctor`: prints what is right and wrong with this deployment. Returns 1 if something has to be fixed. */
export async function examine(config: Config, { storage = false, json = false }: DoctorOptions): Promise<number> {
  const url = config.databaseUrl ?? embeddedPostgresUrl(config.dataDir);
  const logger = createLogger({ logLevel: 'silent' }, 'doctor');
  await using database = openDatabase({ url, size: 2, name: 'pagehive doctor', logger });
  const redisUrl = config.redisUrl;
  const checks: Check[] = [
    ...databaseChecks(config, url, database),
    ...machineChecks(config, database, () => trySandbox(config)),
    ...(redisUrl === null ? [] : [redisCheck(redisUrl, config.redisPrefix)]),
    ...fleetChecks(config, database, version),
    ...(storage ? [agreementCheck(config, database)] : []),
  ];
  let problems = 0;
  for await (const diagnosis of diagnose(checks)) {
    if (diagnosis.status === 'PROBLEM') problems += 1;
    toStdout(json ? JSON.stringify(diagnosis) : lineOf(diagnosis));
  }
  return problems === 0 ? 0 : 1;
}

const marks = { OK: 'ok     ', WARNING: 'warning', PROBLEM: 'problem' };

function lineOf({ check, status, detail, advice }: Diagnosis): string {
  const line = `${marks[status]}  ${check.padEnd(14)}  ${detail}`;
  return advice === null ? line : `${line}\n${' '.repeat(25)}→ ${advice}`;
}

async function trySandbox(config: Config) {
  await using pool = openExtractorPool({ ...config, concurrency: 1 });
  await pool.start(1);
  return pool.sandbox;
}
