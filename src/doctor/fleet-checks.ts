import type { Config } from '../config/config.ts';
import { exposureOf } from '../config/environment.ts';
import type { Database } from '../connections/database.ts';
import { readVitals } from '../fleet/vitals.ts';
import { workerSilenceSeconds } from '../fleet/workers.ts';
import { areKeysRequired } from '../tenants/keys.ts';
import type { Check, Finding } from './diagnosis.ts';
import { liveWorkers } from './sql/live-workers.ts';

/** Checks of the other processes, and of who may use them. */
export function fleetChecks(config: Config, database: Database, version: string): Check[] {
  return [
    { name: 'maintenance', needs: 'migrations', run: () => checkMaintenance(database) },
    { name: 'workers', needs: 'migrations', run: () => checkWorkers(database, version) },
    { name: 'api keys', needs: 'migrations', run: () => checkKeys(config, database) },
  ];
}

async function checkMaintenance(database: Database): Promise<Finding> {
  const { maintained, failingActors } = await readVitals({ database });
  if (!maintained) {
    return { detail: 'no maintenance process runs', advice: 'Start one: `pagehive maintain`.', isWarning: true };
  }
  if (failingActors.length === 0) return { detail: 'maintenance runs' };
  return {
    detail: `these actors of maintenance fail: ${failingActors.join(', ')}`,
    advice: 'Read the log of `pagehive maintain`.',
  };
}

async function checkWorkers(database: Database, version: string): Promise<Finding[]> {
  // By the clock of the database, which other machines may not share.
  const workers = await database.query<{ version: string; concurrency: number }>(liveWorkers, [workerSilenceSeconds]);
  if (workers.length === 0)
    return [{ detail: 'no worker runs', advice: 'Start one: `pagehive work`.', isWarning: true }];
  const slots = workers.reduce((sum, { concurrency }) => sum + concurrency, 0);
  const findings: Finding[] = [{ detail: `workers: ${workers.length}, slots: ${slots}` }];
  const others = new Set(workers.map((worker) => worker.version).filter((each) => each !== version));
  if (others.size > 0) {
    findings.push({
      detail: `some workers have another version than this command (${version}): ${[...others].join(', ')}`,
      advice: 'Complete the upgrade, see docs/upgrading.md.',
      isWarning: true,
    });
  }
  return findings;
}

async function checkKeys(config: Config, database: Database): Promise<Finding> {
  if (config.auth === 'required' || (await areKeysRequired(database))) return { detail: 'the API requires keys' };
  const reason = exposureOf(config);
  if (reason === null) return { detail: 'the API requires no keys, and only this machine reaches it' };
  return {
    detail: `${reason} lets other machines in, and the API requires no keys`,
    advice: 'Create one: `pagehive keys create`.',
  };
}
