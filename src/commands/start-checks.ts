import { createServer } from 'node:net';

/** `pagehive start` cannot go on. The message is for people: one line that names the fix. */
export class StartError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StartError';
  }
}

/** Without API keys whoever reaches the port may do everything, so nobody else's machine may reach it. */
export function requireLoopback(host: string): void {
  if (host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host)) return;
  throw new StartError(
    `HOST=${host} would let other machines in: until there are API keys only loopback is allowed, such as HOST=127.0.0.1`,
  );
}

/** The port to listen on, seen to be free. For 0: one that is. */
export function claimPort(host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => reject(portError(error, host, port)));
    probe.listen(port, host, () => {
      const address = probe.address();
      probe.close(() => resolve(address !== null && typeof address === 'object' ? address.port : port));
    });
  });
}

/** What listening failed for, as a line for people; any other error as it is. */
export function portError(error: unknown, host: string, port: number): unknown {
  if (!(error instanceof Error) || !('syscall' in error) || error.syscall !== 'listen') return error;
  const code = 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new StartError(`port ${port} is taken by another program: choose another one, such as PORT=${port + 1}`, {
      cause: error,
    });
  }
  if (code === 'EACCES') {
    return new StartError(`port ${port} is reserved for root: choose one from 1024 up, such as PORT=4000`, {
      cause: error,
    });
  }
  return new StartError(`HOST=${host} cannot be listened on (${error.message}): use HOST=127.0.0.1`, { cause: error });
}
