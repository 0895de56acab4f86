import { createServer } from 'node:net';
import type { Config } from '../config.ts';
import type { Database } from '../connections/database.ts';
import { areKeysRequired } from '../tenants/keys.ts';

/** `pagehive start` cannot go on. The message is for people: one line that names the fix. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}

/**
 * Without API keys any client that reaches the port may do everything, so other machines must not reach it, neither directly
 * nor through a proxy.
 */
export async function requireKeysForOthers(config: Config, database: Database): Promise<void> {
  const { host, publicUrl, auth } = config;
  const open = isLoopback(host) ? null : `HOST=${host}`;
  const published = isLoopback(new URL(publicUrl).hostname) ? null : `PUBLIC_URL=${publicUrl}`;
  const reason = open ?? published;
  if (reason === null || auth === 'required' || (await areKeysRequired(database))) return;
  throw new StartError(
    `${reason} lets other machines in, and there are no API keys: create one with \`pagehive keys create\`, or set AUTH=required`,
  );
}

function isLoopback(host: string): boolean {
  return /^(localhost|.*\.localhost|\[?::1\]?|127(\.\d{1,3}){3})$/.test(host);
}

/** Returns the port to listen on, after a probe that it is free; for 0, one that is. */
export async function claimPort(host: string, port: number): Promise<number> {
  try {
    return await probe(host, port);
  } catch (error) {
    throw await portError(error, host, port);
  }
}

/** Listens for a moment. Rejects if that is not possible. */
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

/** Ports above a taken one that are tried. */
const nearbyPorts = 100;

/** A port that is free at this moment, close to the taken one if possible. */
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

/** Returns why listening failed, as a line for people; any other error as it is. */
export async function portError(error: unknown, host: string, port: number): Promise<unknown> {
  if (!(error instanceof Error) || !('syscall' in error) || error.syscall !== 'listen') return error;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    const free = await freePortNear(host, port);
    const message = `port ${port} is taken by another program: choose another one, such as PORT=${free}`;
    return new StartError(message, { cause: error });
  }
  if (code === 'EACCES') {
    const message = `port ${port} is reserved for root: choose one from 1024 up, such as PORT=${await freePortNear(host, 3_999)}`;
    return new StartError(message, { cause: error });
  }
  return new StartError(`HOST=${host} cannot be listened on (${error.message}): use HOST=127.0.0.1`, { cause: error });
}
