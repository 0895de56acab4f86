import { printable } from './printable.ts';
import { toStdout } from './watch-view.ts';

export type Fact = [label: string, value: string | null | undefined];

/** Prints one fact per line, without unknown ones. */
export function printFacts(facts: Fact[]): void {
  for (const [label, value] of facts) if (value != null) toStdout(`${label.padEnd(9)} ${printable(value)}`);
}
