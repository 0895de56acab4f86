import { execFileSync } from 'node:child_process';
import pg from 'pg';
import { embeddedApiUrl, startPostgres } from '../../src/connections/embedded-postgres.ts';
import { migrate } from '../../src/connections/migrations.ts';
import { withoutSync } from '../servers.ts';
import { temporaryDirectory } from '../start/running.ts';

/** A migrated PostgreSQL for one test file, which may break it. The other PostgreSQL is shared. */
export interface OwnPostgres extends AsyncDisposable {
  readonly url: string;
  /** Kills it, as a crash would. */
  kill(): Promise<void>;
  /** Starts it on the same port, with all committed data. */
  start(): Promise<void>;
  /** Stops all of its processes with SIGSTOP; disposal resumes them. */
  freeze(): Disposable;
  query(text: string): Promise<pg.QueryResult>;
}

export async function startOwnPostgres(): Promise<OwnPostgres> {
  const directory = temporaryDirectory();
  const options = { dataDir: directory.path, log: () => undefined };
  let server = await startPostgres(options);
  const { url, port } = server;
  await migrate(url, { log: () => undefined, apiUrl: embeddedApiUrl(url) });
  await withoutSync(url);

  function signal(name: NodeJS.Signals): void {
    for (const pid of tree(server.pid)) process.kill(pid, name);
  }

  return {
    url,
    async kill() {
      server.kill();
      await server.exited;
    },
    async start() {
      server = await startPostgres({ ...options, port });
    },
    freeze() {
      signal('SIGSTOP');
      return { [Symbol.dispose]: () => signal('SIGCONT') };
    },
    async query(text) {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      try {
        return await client.query(text);
      } finally {
        await client.end();
      }
    },
    async [Symbol.asyncDispose]() {
      await server.stop();
      directory[Symbol.dispose]();
    },
  };
}

/** A process and all its descendants. */
function tree(root: number): number[] {
  const processes = execFileSync('ps', ['-e', '-o', 'pid=,ppid='], { encoding: 'utf8' })
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number));
  const found = [root];
  for (const parent of found) {
    for (const [pid, ppid] of processes) if (ppid === parent && pid !== undefined) found.push(pid);
  }
  return found;
}
