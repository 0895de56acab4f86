import { once } from 'node:events';
import { WebSocket } from 'ws';
import { freePort } from '../../src/connections/embedded-server.ts';

/** Collects a process's garbage through the Node.js inspector, so that its memory shows only what it needs. */
export interface Collector {
  /** The environment in which to start the process. */
  env: Record<string, string>;
  collect(): Promise<void>;
}

export async function createCollector(): Promise<Collector> {
  const port = await freePort();
  return {
    env: { NODE_OPTIONS: `--inspect=127.0.0.1:${port}` },
    async collect() {
      const [target] = await (await fetch(`http://127.0.0.1:${port}/json`)).json();
      const socket = new WebSocket(target.webSocketDebuggerUrl);
      await once(socket, 'open');
      for (let id = 1; id <= 3; id++) {
        const answered = once(socket, 'message');
        socket.send(JSON.stringify({ id, method: 'HeapProfiler.collectGarbage' }));
        await answered;
      }
      socket.close();
      await once(socket, 'close');
    },
  };
}
