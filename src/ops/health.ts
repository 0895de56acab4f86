import { withinRunning } from './running-time.ts';

export type HealthStatus = 'OK' | 'DEGRADED' | 'DOWN';

/** The components that are checked. */
export type HealthCheckName = 'database' | 'redis' | 'maintenance' | 'workers' | 'queue' | 'permits' | 'canary';

export interface HealthCheck {
  name: HealthCheckName;
  status: HealthStatus;
  /** What was seen. */
  detail: string;
  /** What to do about it; null when all is well. */
  advice: string | null;
}

export interface HealthReport {
  /** The worst of the checks. */
  status: HealthStatus;
  checks: HealthCheck[];
}

/** What a probe saw. With advice it is DEGRADED. */
export interface Finding {
  detail: string;
  advice?: string;
}

/** Looks at one thing; throws when it cannot be seen at all. */
export interface Probe {
  name: HealthCheckName;
  run: () => Promise<Finding>;
  /** When it throws: what that means for the whole (nothing can be accepted, or only slower or later), and what to do. */
  failure: { status: 'DOWN' | 'DEGRADED'; detail: string; advice: string };
}

const probeTimeoutMs = 2_000;

/** Runs all probes at once, none for longer than two seconds. */
export async function checkHealth(probes: Probe[]): Promise<HealthReport> {
  const checks = await Promise.all(probes.map(check));
  const worst = (['DOWN', 'DEGRADED'] as const).find((status) => checks.some((each) => each.status === status));
  return { status: worst ?? 'OK', checks };
}

async function check({ name, run, failure }: Probe): Promise<HealthCheck> {
  try {
    const { detail, advice = null } = await withinRunning(probeTimeoutMs, run(), () => new Error('no answer'));
    return { name, status: advice === null ? 'OK' : 'DEGRADED', detail, advice };
  } catch {
    // The error's own text may hold an address or a user name; the log has it.
    return { name, ...failure };
  }
}
