import { readdirSync, readFileSync } from 'node:fs';
import { commandLineOf, identify, isAlive, type ProcessIdentity } from '../src/supervisor/process-identity.ts';

/** The children of each process that has any, from one pass over /proc. */
function childrenByParent(): Map<number, number[]> {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? statOf(pid)?.parent : undefined;
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), pid]);
  }
  return children;
}

/** The extractors of a worker. In a sandbox, each is below the processes that built it. */
export function extractorsOf(worker: number): number[] {
  return extractorsBelow(worker, childrenByParent(), { withBuilders: false });
}

/** The extractors of a worker, and the processes that built their sandboxes. */
export function extractorProcessesOf(worker: number): number[] {
  return extractorsBelow(worker, childrenByParent(), { withBuilders: true });
}

function extractorsBelow(
  parent: number,
  children: ReadonlyMap<number, number[]>,
  options: { withBuilders: boolean },
): number[] {
  return (children.get(parent) ?? []).flatMap((pid) => {
    if (!/pagehive extract|extractor-process/.test(commandLineOf(pid))) return [];
    const below = extractorsBelow(pid, children, options);
    return below.length === 0 || options.withBuilders ? [pid, ...below] : below;
  });
}

/** Processor ticks that a process has used; 0 if it is gone. */
export function processorTicks(pid: number): number {
  return statOf(pid)?.ticks ?? 0;
}

function statOf(pid: number): { parent: number; ticks: number } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) };
  } catch {
    return null;
  }
}

/** Every extractor ever seen, to find those that outlive their worker. */
export class ExtractorRegister {
  readonly #seen = new Map<number, ProcessIdentity>();

  /** Records the extractors of a worker; null if it is not running. */
  note(worker: number | null): void {
    if (worker === null) return;
    for (const pid of extractorsOf(worker)) {
      if (this.#seen.has(pid)) continue;
      const identity = identify(pid);
      if (identity !== null) this.#seen.set(pid, identity);
    }
  }

  get count(): number {
    return this.#seen.size;
  }

  alive(): number[] {
    return [...this.#seen.values()].filter(isAlive).map(({ pid }) => pid);
  }
}
