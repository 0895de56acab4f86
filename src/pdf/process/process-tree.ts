import { readdirSync, readFileSync } from 'node:fs';

/** Returns the first process of the namespaces that `unshare` with this pid has created; null before it has started. */
export function firstOf(unshare: number): number | null {
  return childrenOf(unshare)[0] ?? null;
}

/**
 * Returns the extractor in the namespaces that `unshare` with this pid has created, or the process that is about to
 * start it. Null before either has started.
 */
export function findExtractor(unshare: number | null): number | null {
  const first = unshare === null ? null : firstOf(unshare);
  return first === null ? null : (childrenOf(first)[0] ?? first);
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && parentOf(name) === parent)
    .map(Number);
}

function parentOf(pid: string): number | null {
  try {
    // The name is in parentheses and may contain anything, so fields are counted from its end.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return null;
  }
}
