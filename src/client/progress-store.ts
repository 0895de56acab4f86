import type { Position, ProgressOptions } from './progress.ts';
import type { ConnectionState } from './resume.ts';
import { createStore, type Store } from './store.ts';
import type { Stream } from './stream.ts';

export interface ProgressState<Event> {
  /** The newest event; null before the first. */
  progress: Event | null;
  state: 'connecting' | ConnectionState;
  /** Why it ended without a final event, such as NOT_FOUND, or why the connection was lost. */
  error: Error | null;
}

function nothingYet<Event>(): ProgressState<Event> {
  return { progress: null, state: 'connecting', error: null };
}

/** Watches nothing. */
export function unwatched<Event>(): Store<ProgressState<Event>> {
  return createStore(nothingYet<Event>(), () => () => undefined);
}

/** Watches a job or batch while it has listeners; continues after the newest event when the first one returns. */
export function createProgressStore<Event extends Position>(
  watch: (options: ProgressOptions) => Stream<Event>,
): Store<ProgressState<Event>> {
  let after: string | undefined;
  let isOver = false;
  return createStore(nothingYet<Event>(), (update) => {
    if (isOver) return () => undefined;
    let listening = true;
    const subscription = watch({
      after,
      onState: (state, error) => listening && update({ state, error: error ?? null }),
    }).subscribe({
      next(progress) {
        after = progress.cursor;
        update({ progress });
      },
      complete() {
        isOver = true;
      },
      // `onState` has already reported the error.
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
