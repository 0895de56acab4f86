import { printable } from './printable.ts';
import { toStdout } from './watch-view.ts';

export type Fact = [label: string, value: string | null | undefined];

/** One a line; what is not known is left out. */
export function printFacts(facts: Fact[]): void {
  for (const [label, value] of facts) if (value != null) toStdout(`${label.padEnd(9)} ${printable(value)}`);
}
