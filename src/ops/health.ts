import { withinRunning } from './running-time.ts';

export type HealthStatus = 'OK' | 'DEGRADED' | 'DOWN';

/** The components that are checked. */
export type HealthCheckName =
  | 'database'
  | 'redis'
  | 'maintenance'
  | 'workers'
  | 'sandbox'
  | 'queue'
  | 'permits'
  | 'canary';

export interface HealthCheck {
  name: HealthCheckName;
  status: HealthStatus;
  /** What was observed. */
  detail: string;
  /** How to fix it; null if the check is OK. */
  advice: string | null;
}

export interface HealthReport {
  /** The worst status of the checks. */
  status: HealthStatus;
  checks: HealthCheck[];
}

/** The result of a probe. With advice, the check is DEGRADED. */
export interface Finding {
  detail: string;
  advice?: string;
}

/** Checks one component; throws if the check itself fails. */
export interface Probe {
  name: HealthCheckName;
  run: () => Promise<Finding>;
  /** The finding if the probe throws. DOWN: jobs cannot be accepted. DEGRADED: jobs run more slowly or later. */
  failure: { status: 'DOWN' | 'DEGRADED'; detail: string; advice: string };
}

const probeTimeoutMs = 2_000;

/** Runs all probes concurrently, each for at most two seconds. */
export async function checkHealth(probes: Probe[]): Promise<HealthReport> {
  const checks = await Promise.all(probes.map(check));
  const worst = (['DOWN', 'DEGRADED'] as const).find((status) => checks.some((each) => each.status === status));
  return { status: worst ?? 'OK', checks };
}

async function check({ name, run, failure }: Probe): Promise<HealthCheck> {
  try {
    const { detail, advice = null } = await withinRunning(probeTimeoutMs, run(), () => new Error('no response'));
    return { name, status: advice === null ? 'OK' : 'DEGRADED', detail, advice };
  } catch {
    // The error's own text may contain an address or a user name, so it is only logged.
    return { name, ...failure };
  }
}
