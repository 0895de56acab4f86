import type { Client } from './client.ts';
import type { ProgressFragment } from './generated/graphql.ts';
import type { ConnectionState } from './resume.ts';
import { createStore, type Store } from './store.ts';

export interface JobProgressState {
  /** The newest event; null until the first. */
  progress: ProgressFragment | null;
  state: 'connecting' | ConnectionState;
  /** Why it ended without the job's end, such as NOT_FOUND; also what a lost connection was lost by. */
  error: Error | null;
}

const nothingYet: JobProgressState = { progress: null, state: 'connecting', error: null };

/** Of no job at all. */
export const unwatched: Store<JobProgressState> = createStore(nothingYet, () => () => undefined);

/** Watches a job while somebody listens; goes on from the newest event when somebody listens again. */
export function createProgressStore(client: Client, id: string): Store<JobProgressState> {
  let after: string | undefined;
  let isOver = false;
  return createStore(nothingYet, (update) => {
    if (isOver) return () => undefined;
    let listening = true;
    const subscription = client
      .jobProgress(id, {
        after,
        onState: (state, error) => listening && update({ state, error: error ?? null }),
      })
      .subscribe({
        next(progress) {
          after = progress.cursor;
          update({ progress });
        },
        complete() {
          isOver = true;
        },
        // It is in the state already.
        error() {
          isOver = true;
        },
      });
    return () => {
      listening = false;
      subscription.unsubscribe();
    };
  });
}
