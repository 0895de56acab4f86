import type { Random } from './random.ts';

export const apiNames = ['serve-1', 'serve-2'] as const;
export const workerNames = ['work-1', 'work-2'] as const;
export const maintenanceNames = ['maintain-1', 'maintain-2'] as const;
export const serviceNames = [...apiNames, ...workerNames, ...maintenanceNames] as const;
export type ServiceName = (typeof serviceNames)[number];

/** Statements whose reply may be lost after their commit; `statements.ts` recognizes them by their text. */
export const statementNames = [
  'submit',
  'claim',
  'store',
  'complete',
  'fail',
  'cancel',
  'retry',
  'fold',
  'commit',
  'download',
] as const;
export type StatementName = (typeof statementNames)[number];

export type Fault =
  /** kill -9; the harness restarts it after a moment. */
  | { kind: 'kill'; service: ServiceName }
  /** SIGTERM: it must drain and exit. */
  | { kind: 'terminate'; service: ServiceName }
  /** SIGSTOP, and SIGCONT after this long. */
  | { kind: 'freeze'; service: ServiceName; seconds: number }
  /** The busiest extractor of a worker dies of this signal. */
  | { kind: 'kill-extractor'; service: ServiceName; signal: 'SIGKILL' | 'SIGSEGV' }
  | { kind: 'redis-flush' }
  | { kind: 'redis-flush-scripts' }
  | { kind: 'redis-down'; seconds: number }
  /**
   * fast: sessions are ended. crash: the postmaster is killed. backend: one session is killed, so all are restarted.
   */
  | { kind: 'postgres-restart'; how: 'fast' | 'crash' | 'backend' }
  /** All connections of a service to a server are reset, and new ones refused for this long. */
  | { kind: 'cut'; service: ServiceName; server: Server; seconds: number }
  /** All connections of a service to a server go silent permanently; new ones work again after this long. */
  | { kind: 'half-open'; service: ServiceName; server: Server; seconds: number }
  /** The next such statement is executed, but its reply is dropped: the connection breaks or goes silent. */
  | { kind: 'lose-reply'; statement: StatementName; ending: 'reset' | 'silence' };

export type FaultKind = Fault['kind'];
export type Server = 'postgres' | 'redis';

export interface PlannedFault {
  atSeconds: number;
  fault: Fault;
}

const servers: readonly Server[] = ['postgres', 'redis'];

/** How often each kind occurs in one round of the bag. */
const bag: Record<FaultKind, number> = {
  kill: 4,
  terminate: 1,
  freeze: 2,
  'kill-extractor': 3,
  'redis-flush': 1,
  'redis-flush-scripts': 1,
  'redis-down': 1,
  'postgres-restart': 2,
  cut: 2,
  'half-open': 2,
  'lose-reply': 5,
};

/** Longer than a lease of ten seconds. */
const frozenSeconds = [11, 15] as const;

/**
 * Plans the faults of a run, reproducibly for the same random numbers. Draws from a bag that is refilled when it is
 * empty, so that every kind occurs early and often enough.
 */
export function planFaults(random: Random, options: { seconds: number; kinds?: readonly FaultKind[] }): PlannedFault[] {
  const kinds = Object.entries(bag).flatMap(([name, count]) => {
    const kind = faultKind(name);
    return options.kinds?.includes(kind) === false ? [] : Array.from({ length: count }, () => kind);
  });
  const plan: PlannedFault[] = [];
  let left: FaultKind[] = [];
  for (let at = 1 + random.next(); at < options.seconds; at += 0.5 + 3 * random.next()) {
    if (left.length === 0) left = random.shuffle(kinds);
    const kind = left.pop();
    if (kind !== undefined) plan.push({ atSeconds: Math.round(at * 10) / 10, fault: makeFault(kind, random) });
  }
  return plan;
}

function faultKind(name: string): FaultKind {
  const known: readonly string[] = Object.keys(bag);
  if (!isKind(name, known)) throw new TypeError(`there is no fault ${name}`);
  return name;
}

function isKind(name: string, known: readonly string[]): name is FaultKind {
  return known.includes(name);
}

function makeFault(kind: FaultKind, random: Random): Fault {
  switch (kind) {
    case 'kill':
    case 'terminate':
      return { kind, service: random.pick(serviceNames) };
    case 'freeze':
      return { kind, service: random.pick(serviceNames), seconds: random.int(...frozenSeconds) };
    case 'kill-extractor':
      return { kind, service: random.pick(workerNames), signal: random.chance(0.7) ? 'SIGKILL' : 'SIGSEGV' };
    case 'redis-down':
      return { kind, seconds: random.pick([0, 3, 8]) };
    case 'postgres-restart':
      return { kind, how: random.pick(['fast', 'crash', 'backend'] as const) };
    case 'cut':
    case 'half-open': {
      const service = random.pick(serviceNames);
      return { kind, service, server: random.pick(servers), seconds: random.pick([0, 2, 6, 12]) };
    }
    case 'lose-reply':
      return { kind, statement: random.pick(statementNames), ending: random.pick(['reset', 'silence'] as const) };
    case 'redis-flush':
    case 'redis-flush-scripts':
      return { kind };
  }
}

/** Describes a fault in a few words. */
export function describeFault({ kind, ...details }: Fault): string {
  return [kind, ...Object.values(details).map((value) => (typeof value === 'number' ? `${value} s` : value))].join(' ');
}
