import type { World } from './world.ts';

/** Polls the database during the run, as often as it responds. */
export interface Observer extends Disposable {
  /** The number of jobs that are not final. */
  readonly backlog: number;
  /** The pid of every worker that was ever registered, by its id. */
  readonly workerPids: ReadonlyMap<string, number>;
}

export function startObserver(world: World): Observer {
  const workerPids = new Map<string, number>();
  let backlog = 0;
  let looking = false;
  async function look(): Promise<void> {
    const workers = await world.query<{ id: string; pid: number }>('SELECT id, pid FROM workers');
    for (const { id, pid } of workers) workerPids.set(id, pid);
    const [row] = await world.query<{ n: number }>('SELECT count(*)::int AS n FROM jobs WHERE finished_at IS NULL');
    backlog = row?.n ?? 0;
  }
  const timer = setInterval(() => {
    if (looking) return;
    looking = true;
    look()
      // PostgreSQL is down: the next poll catches up.
      .catch(() => undefined)
      .finally(() => {
        looking = false;
      });
  }, 250);
  return {
    get backlog() {
      return backlog;
    },
    workerPids,
    [Symbol.dispose]: () => clearInterval(timer),
  };
}
