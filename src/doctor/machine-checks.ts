import { readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { Readable } from 'node:stream';
import type { Config } from '../config/config.ts';
import { exposureOf } from '../config/environment.ts';
import type { Database } from '../connections/database.ts';
import { newUuid } from '../ids.ts';
import type { SandboxLevel } from '../pdf/model/sandbox.ts';
import { usedPercent } from '../storage/disk.ts';
import { openLocalStorage } from '../storage/local-storage.ts';
import type { Check, Finding } from './diagnosis.ts';

/** Starts an extractor and returns what separates it from this machine; null if it does not start. */
export type TrySandbox = () => Promise<SandboxLevel | null>;

/** Checks of this machine: the runtime, DATA_DIR and the sandbox. */
export function machineChecks(config: Config, database: Database, trySandbox: TrySandbox): Check[] {
  return [
    { name: 'node', run: checkNode },
    { name: 'storage', needs: 'migrations', run: () => checkStorage(config, database) },
    { name: 'disk', run: () => checkDisk(config) },
    { name: 'sandbox', run: () => checkSandbox(config, trySandbox) },
  ];
}

async function checkNode(): Promise<Finding> {
  const { engines } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
  const detail = `Node.js ${process.versions.node}`;
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  const [, oldestMajor = 0, oldestMinor = 0] = (/(\d+)\.(\d+)/.exec(engines.node) ?? []).map(Number);
  if (major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)) return { detail };
  return { detail, advice: `Install Node.js ${engines.node}.` };
}

async function checkStorage({ dataDir }: Config, database: Database): Promise<Finding> {
  const installation = await database.prisma.installation.findUnique({ where: { id: 1 } });
  if (installation === null) return { detail: `${dataDir} is not in use yet` };
  const { storage } = await openLocalStorage(dataDir, { expectedId: installation.storageId });
  const key = `probes/${newUuid()}`;
  const { bytes } = await storage.put(key, Readable.from([Buffer.from('a probe')]), { maxBytes: 100 });
  const found = await storage.stat(key);
  await storage.remove(key);
  if (found?.bytes !== bytes) throw new Error(`${dataDir} does not return what was written: check its file system`);
  return { detail: `${dataDir} belongs to this database and can be written` };
}

async function checkDisk({ dataDir, alerts }: Config): Promise<Finding> {
  const { bavail, bsize } = await statfs(dataDir);
  const percent = await usedPercent(dataDir);
  const detail = `the disk of ${dataDir} is ${Math.floor(percent)} % full, ${((bavail * bsize) / 1e9).toFixed(1)} GB are free`;
  if (percent < alerts.diskPercent) return { detail };
  return { detail, advice: 'Delete or archive jobs, or enlarge the disk.', isWarning: true };
}

async function checkSandbox(config: Config, trySandbox: TrySandbox): Promise<Finding> {
  if (config.sandbox === 'off') {
    const advice = 'Remove SANDBOX=off unless you trust every document.';
    return { detail: 'SANDBOX=off: extractors can reach all that this user can', advice, isWarning: true };
  }
  const level = await trySandbox();
  if (level === null) return { detail: 'no extractor starts here', advice: 'Run `pagehive work` and read its log.' };
  const detail = `extractors run at level ${level}`;
  if (level !== 'PROCESS') return { detail };
  return {
    detail: `${detail}: a hostile document could reach secrets, network and documents`,
    advice: 'Allow namespaces, see docs/security.md.',
    isWarning: exposureOf(config) === null,
  };
}
