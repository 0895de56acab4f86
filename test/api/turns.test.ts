import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { takeTurn } from '../../src/api/answers/turns.ts';

/** Runs tasks that take turns beside another task of the event loop, and returns the order in which they finish. */
async function orderOf(turns: Record<string, () => Promise<void>>): Promise<string[]> {
  // Let any turn that the previous test started end.
  for (let turn = 0; turn < 3; turn += 1) await nextTurn();
  const order: string[] = [];
  const done = Object.entries(turns).map(([name, turn]) => turn().then(() => order.push(name)));
  const others = new Promise<void>((resolve) => {
    setImmediate(() => {
      order.push('others');
      resolve();
    });
  });
  await Promise.all([...done, others]);
  return order;
}

describe('turns of the event loop', () => {
  it('end after a large list of any size', async () => {
    const turns = { first: () => takeTurn(2_000), second: () => takeTurn(200_000), third: () => takeTurn(2_000) };
    expect(await orderOf(turns)).toEqual(['first', 'second', 'others', 'third']);
  });

  it('contain many small lists', async () => {
    const turns = { first: () => takeTurn(900), second: () => takeTurn(900), third: () => takeTurn(200) };
    expect(await orderOf(turns)).toEqual(['first', 'second', 'third', 'others']);
  });
});
