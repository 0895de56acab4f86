export type HealthStatus = 'OK' | 'DEGRADED' | 'DOWN';

export interface HealthCheck {
  name: string;
  status: HealthStatus;
  /** What is wrong and what to do; null when all is well. */
  detail: string | null;
}

export interface HealthReport {
  /** The worst of the checks. */
  status: HealthStatus;
  checks: HealthCheck[];
}

/** Answers when all is well, with a text when it isn't quite, and throws when it isn't at all. */
export interface Probe {
  name: string;
  /** What its failure means for the whole: nothing can be accepted, or only slower or later. */
  failure: 'DOWN' | 'DEGRADED';
  run: () => Promise<string | null>;
}

const probeTimeoutMs = 2_000;

/** Runs all probes at once, none for longer than two seconds. */
export async function checkHealth(probes: Probe[]): Promise<HealthReport> {
  const checks = await Promise.all(probes.map(check));
  const worst = (['DOWN', 'DEGRADED'] as const).find((status) => checks.some((each) => each.status === status));
  return { status: worst ?? 'OK', checks };
}

async function check({ name, failure, run }: Probe): Promise<HealthCheck> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${probeTimeoutMs} ms`)), probeTimeoutMs);
  });
  try {
    const detail = await Promise.race([run(), timeout]);
    return { name, status: detail === null ? 'OK' : 'DEGRADED', detail };
  } catch (error) {
    // The error's own text may hold an address or a user name: the class of it is enough here, the log has the rest.
    const code = error instanceof Error && 'code' in error ? ` (${String(error.code)})` : '';
    const detail =
      error instanceof Error && error.message.startsWith('no answer') ? error.message : `cannot be reached${code}`;
    return { name, status: failure, detail };
  } finally {
    clearTimeout(timer);
  }
}
