import { expect, test, vi } from 'vitest';
import { runChaos } from '../../chaos/chaos.ts';
import { documentKinds } from '../../chaos/documents.ts';

// `npm run chaos` runs the same for longer and with more variety: docs/chaos.md.

/**
 * For variety: a killed worker, a frozen one, a crash of PostgreSQL, Redis down, half-open connections, lost replies.
 */
const seed = 11_928;
const seconds = 15;
vi.setConfig({ testTimeout: 240_000 });

const names = ['one-page', 'rtl', 'attachment', 'drawn', 'opened', 'large', 'damaged', 'empty', 'missing'];
const kinds = documentKinds.filter(({ name }) => names.includes(name));

test('every promise holds while processes are killed, frozen and cut off', async ({ signal }) => {
  const lines: string[] = [];
  const report = await runChaos({ seed, seconds, kinds, log: (line) => lines.push(line), signal });
  // On a failure, print the schedule that led to it.
  expect(report.breaches, [...lines, JSON.stringify(report.logs, null, 2)].join('\n')).toEqual([]);
  for (const seen of ['results compared', 'states of batches seen', 'completed jobs with checked files']) {
    expect(report.counts.find(([what]) => what === seen)?.[1], seen).toBeGreaterThan(0);
  }
});
