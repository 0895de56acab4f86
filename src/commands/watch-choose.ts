import { createJsonView } from './watch-json.ts';
import { createLinesView } from './watch-lines.ts';
import type { Item, JobView } from './watch-view.ts';

/** Bars on a terminal, lines elsewhere, JSON for programs. */
export async function chooseView(
  items: Item[],
  { follow, json }: { follow: boolean; json: boolean },
): Promise<JobView> {
  if (json) return createJsonView({ follow });
  // More bars than the terminal has lines could not be redrawn.
  const fits = items.length < (process.stderr.rows || 24) - 2;
  if (!follow || !process.stderr.isTTY || !fits) return createLinesView(items);
  return (await import('./watch-bars.ts')).createBarsView(items);
}
