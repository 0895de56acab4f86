import type { PageGroup } from '../model/page-groups.ts';
import type { ReadPage } from '../model/read-page.ts';
import type { LiteparseEngine } from './liteparse-engine.ts';
import type { LiteparseOptions } from './liteparse-options.ts';

export interface GroupReader extends AsyncDisposable {
  /** The pages of the next group, but for those LiteParse cannot read. Groups are asked for in order. */
  read(group: PageGroup): Promise<ReadPage[]>;
}

/**
 * Reads groups in the cheapest way that gives the same pages. A whole document is opened once (opening costs a third of the
 * time of 16 pages in a long manual); where groups are left out, or that way fails, each group opens it anew.
 */
export function groupReader(engine: LiteparseEngine, options: LiteparseOptions, isWhole: boolean): GroupReader {
  const session = engine.readAllGroups(options);
  let inSession = isWhole;
  return {
    async read(group) {
      if (inSession) {
        try {
          const next = await session.next();
          if (next.done !== true) {
            return next.value;
          }
        } catch {
          // Falls through: one damaged page must not cost the pages after it.
        }
        inSession = false;
      }
      return engine.readGroup(options, group).catch(() => []);
    },
    async [Symbol.asyncDispose]() {
      await session.return(undefined);
    },
  };
}
