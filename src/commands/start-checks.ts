import { createServer } from 'node:net';
import { openExtractorPool } from '../app/extractors.ts';
import type { Config } from '../config/config.ts';
import { exposureOf } from '../config/environment.ts';
import type { Database } from '../connections/database.ts';
import { countExposedWorkers } from '../fleet/workers.ts';
import { areKeysRequired } from '../tenants/keys.ts';

/** `pagehive start` cannot continue. The message is one line that states the fix. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}

/**
 * Refuses to start if other machines could reach the API, directly or through a proxy, while there are no API keys:
 * then every client may do everything.
 */
export async function requireKeysForOthers(config: Config, database: Database): Promise<void> {
  const reason = exposureOf(config);
  if (reason === null || config.auth === 'required' || (await areKeysRequired(database))) return;
  throw new StartError(
    `${reason} lets other machines in, and there are no API keys: create one with \`pagehive keys create\` while Pagehive runs with AUTH=required`,
  );
}

const noSandbox = 'a hostile document could reach its secrets, network and documents';

/**
 * Refuses to run a worker whose extractors have no sandbox if other machines may send documents, unless SANDBOX=off
 * accepts that. Starts an extractor to find out.
 */
export async function requireSandboxForOthers(config: Config, open = openExtractorPool): Promise<void> {
  const reason = exposureOf(config);
  if (reason === null || config.sandbox === 'off') return;
  await using pool = open(config);
  await pool.start(1);
  if (pool.sandbox === null) {
    throw new StartError(
      `${reason} lets other machines in, and no extractor could be started: read the log, or set SANDBOX=off`,
    );
  }
  if (pool.sandbox !== 'PROCESS') return;
  throw new StartError(
    `${reason} lets other machines in, and extractors have no sandbox here, so ${noSandbox}: allow namespaces (see docs/security.md), or set SANDBOX=off`,
  );
}

/** The same for workers that already run, here or elsewhere. */
export async function requireSandboxedWorkers(config: Config, database: Database): Promise<void> {
  const reason = exposureOf(config);
  if (reason === null || config.sandbox === 'off' || (await countExposedWorkers({ database })) === 0) return;
  throw new StartError(
    `${reason} lets other machines in, and a worker runs extractors without a sandbox, so ${noSandbox}: allow namespaces where it runs (see docs/security.md), or set SANDBOX=off`,
  );
}

/** Checks that the port is free and returns it; for 0, returns a free port. */
export async function claimPort(host: string, port: number): Promise<number> {
  try {
    return await probe(host, port);
  } catch (error) {
    throw await portError(error, host, port);
  }
}

/** Listens for a moment. Rejects if that fails. */
function probe(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(port, host, () => {
      const address = server.address();
      server.close(() => resolve(address !== null && typeof address === 'object' ? address.port : port));
    });
  });
}

/** Number of ports above a taken one to try. */
const nearbyPorts = 100;

/** Returns a port that is free at this moment, close to the taken one if possible. */
async function freePortNear(host: string, taken: number): Promise<number> {
  const last = Math.min(taken + nearbyPorts, 65_535);
  for (let port = taken + 1; port <= last; port += 1) {
    const isFree = await probe(host, port).then(
      () => true,
      () => false,
    );
    if (isFree) return port;
  }
  return await probe(host, 0);
}

/** Returns the reason why listening failed, as one line; returns any other error unchanged. */
export async function portError(error: unknown, host: string, port: number, prefix = ''): Promise<unknown> {
  if (!(error instanceof Error) || !('syscall' in error) || error.syscall !== 'listen') return error;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    const free = await freePortNear(host, port);
    const message = `port ${port} is taken by another program: choose another one, such as ${prefix}PORT=${free}`;
    return new StartError(message, { cause: error });
  }
  if (code === 'EACCES') {
    const message = `port ${port} is reserved for root: choose one from 1024 up, such as ${prefix}PORT=${await freePortNear(host, 3_999)}`;
    return new StartError(message, { cause: error });
  }
  const message = `Pagehive cannot listen on ${prefix}HOST=${host} (${error.message}): use ${prefix}HOST=127.0.0.1`;
  return new StartError(message, { cause: error });
}
