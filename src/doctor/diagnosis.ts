/** What a check found. With advice, something is wrong. */
export interface Finding {
  /** What was observed, in one line. */
  detail: string;
  /** How to fix it. */
  advice?: string;
  /** Whether Pagehive runs in spite of it. */
  isWarning?: boolean;
}

/** One look at one part of a deployment. Throws if the part cannot be used: the message is one line with the fix. */
export interface Check {
  name: string;
  /** The check that this one depends on: if that one finds a problem, this one is left out. */
  needs?: string;
  run(): Promise<Finding | Finding[]>;
}

/** A finding, as `pagehive doctor` prints it. */
export interface Diagnosis {
  check: string;
  status: 'OK' | 'WARNING' | 'PROBLEM';
  detail: string;
  /** Null if it is OK, and if `detail` already says how to fix it. */
  advice: string | null;
}

/** Runs checks one after the other, and yields what each found. Never throws. */
export async function* diagnose(checks: Check[]): AsyncGenerator<Diagnosis> {
  const failed = new Set<string>();
  for (const { name, needs, run } of checks) {
    if (needs !== undefined && failed.has(needs)) {
      failed.add(name);
      continue;
    }
    for (const found of await statusesOf(run)) {
      if (found.status === 'PROBLEM') failed.add(name);
      yield { check: name, ...found };
    }
  }
}

async function statusesOf(run: Check['run']): Promise<Omit<Diagnosis, 'check'>[]> {
  try {
    return [await run()].flat().map(statusOf);
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split('\n');
    const detail = lines.find((line) => line.trim() !== '') ?? 'unknown';
    return [{ status: 'PROBLEM', detail, advice: null }];
  }
}

function statusOf({ detail, advice, isWarning = false }: Finding): Omit<Diagnosis, 'check'> {
  if (advice === undefined) return { status: 'OK', detail, advice: null };
  return { status: isWarning ? 'WARNING' : 'PROBLEM', detail, advice };
}
