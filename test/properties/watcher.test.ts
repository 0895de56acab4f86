import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jobSubject } from '../../src/progress/hub.ts';
import {
  type Cursor,
  formatCursor,
  isFinal,
  isNewer,
  type ProgressState,
  parseCursor,
} from '../../src/progress/state.ts';
import { Watcher } from '../../src/progress/watcher.ts';

const parameters = { seed: 20_261_123, numRuns: 2_000 };

const jobId = 'a job';

function state(revision: number, seq: number, status: ProgressState['status']): ProgressState {
  const none = { name: null, bytesDone: null, bytesTotal: null, nextRetryAt: null, failure: null, pagesTotal: null };
  return {
    ...none,
    jobId,
    tenantId: 'a tenant',
    batchId: null,
    revision,
    seq,
    status,
    stage: 'OPEN',
    percent: 0,
    pagesDone: 0,
    retryCount: 0,
    at: '',
  };
}

/** The life of a job: a transition and some updates at each revision, and possibly an end. */
const lives = fc
  .record({ updates: fc.array(fc.nat({ max: 4 }), { minLength: 1, maxLength: 6 }), ends: fc.boolean() })
  .map(({ updates, ends }) => {
    const states = updates.flatMap((count, index) =>
      Array.from({ length: count + 1 }, (_, seq) => state(index + 1, seq, 'RUNNING')),
    );
    return ends ? [...states, state(updates.length + 1, 0, 'COMPLETED')] : states;
  });

/** The events of a watcher: states of that life from Redis and PostgreSQL in any order, repeatedly, and reads. */
const inputs = fc.array(
  fc.oneof({ weight: 3, arbitrary: fc.nat({ max: 60 }) }, { weight: 1, arbitrary: fc.constant('read' as const) }),
  {
    maxLength: 60,
  },
);

async function watch(life: ProgressState[], what: (number | 'read')[], seen: Cursor | null) {
  let released = 0;
  const watcher = new Watcher({
    seen: new Map(seen === null ? [] : [[jobId, seen]]),
    subject: jobSubject,
    endsWhenFinal: true,
    release: () => {
      released += 1;
    },
  });
  const pushed: ProgressState[] = [];
  const reads: Promise<IteratorResult<ProgressState>>[] = [];
  for (const each of what) {
    if (each === 'read') {
      reads.push(watcher.next());
    } else {
      const pushedState = life[each % life.length];
      if (pushedState === undefined) continue;
      pushed.push(pushedState);
      watcher.push(pushedState);
    }
  }
  watcher.end();
  const results = await Promise.all(reads);
  for (let next = await watcher.next(); !next.done; next = await watcher.next()) results.push(next);
  const taken = results.flatMap(({ done, value }) => (done ? [] : [value as ProgressState]));
  return { pushed, taken, released };
}

/** The states that are newer than all before them, up to the end. */
function news(pushed: ProgressState[], seen: Cursor | null): ProgressState[] {
  const found: ProgressState[] = [];
  for (const each of pushed) {
    const newest = found.at(-1) ?? seen;
    if (newest === null || isNewer(each, newest)) found.push(each);
    if (isFinal(each)) break;
  }
  return found;
}

const seenCursors = fc.option(fc.record({ revision: fc.integer({ min: 1, max: 7 }), seq: fc.nat({ max: 4 }) }), {
  nil: null,
});

describe('a watcher', () => {
  it('delivers states in order, without duplicates or older ones', async () => {
    const property = fc.asyncProperty(lives, inputs, seenCursors, async (life, what, seen) => {
      const { taken } = await watch(life, what, seen);
      let newest = seen;
      for (const each of taken) {
        if (newest !== null) expect(isNewer(each, newest)).toBe(true);
        newest = each;
      }
    });
    await fc.assert(property, parameters);
  });

  it('delivers every transition and the end, and the newest update in between', async () => {
    const property = fc.asyncProperty(lives, inputs, seenCursors, async (life, what, seen) => {
      const { pushed, taken, released } = await watch(life, what, seen);
      const expected = news(pushed, seen);
      const transitions = (states: ProgressState[]) => states.filter(({ seq }) => seq === 0).map(formatCursor);
      expect(transitions(taken)).toEqual(transitions(expected));
      expect(taken.at(-1)).toEqual(expected.at(-1));
      expect(taken.every((each) => expected.includes(each))).toBe(true);
      expect(released).toBe(1);
    });
    await fc.assert(property, parameters);
  });

  it('keeps at most one update per revision for a subscriber that does not read', async () => {
    const property = fc.asyncProperty(lives, inputs, async (life, what) => {
      const { taken } = await watch(
        life,
        what.filter((each) => each !== 'read'),
        null,
      );
      const updates = taken.filter(({ seq }) => seq > 0).map(({ revision }) => revision);
      expect(new Set(updates).size).toBe(updates.length);
    });
    await fc.assert(property, parameters);
  });
});

const cursors = fc.record({ revision: fc.nat({ max: 999_999_999 }), seq: fc.nat({ max: 999_999_999 }) });

describe('a cursor', () => {
  it('round-trips through its text', () => {
    const property = fc.property(cursors, (cursor) => {
      expect(parseCursor(formatCursor(cursor))).toEqual(cursor);
    });
    fc.assert(property, parameters);
  });

  it('is parsed only from the text of a cursor', () => {
    const property = fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d.,+-]{0,12}$/)), (text) => {
      const cursor = parseCursor(text);
      if (cursor !== null) expect(text).toMatch(/^\d+\.\d+$/);
    });
    fc.assert(property, parameters);
  });

  it('is either newer than, older than or equal to another', () => {
    const near = fc.record({ revision: fc.nat({ max: 3 }), seq: fc.nat({ max: 3 }) });
    const property = fc.property(near, near, near, (a, b, c) => {
      const same = a.revision === b.revision && a.seq === b.seq;
      expect([isNewer(a, b), isNewer(b, a), same].filter(Boolean)).toHaveLength(1);
      if (isNewer(a, b) && isNewer(b, c)) expect(isNewer(a, c)).toBe(true);
    });
    fc.assert(property, parameters);
  });
});
