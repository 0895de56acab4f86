import { describe, expect, it } from 'vitest';
import type { Line } from '../../../src/pdf/layout/lines.ts';
import { cellSettings, proseLines } from '../../../src/pdf/layout/prose.ts';
import { line, recordedLines, textsOf } from './recorded.ts';

/** Creates lines below one another, each as wide as its text. */
function stack(texts: string[], x: number, y: number): Line[] {
  return texts.map((text, index) => line(text, x, y + 12 * index));
}

const full = 'bees fly in the sun and stay at home then';

describe('prose', () => {
  it('is text whose lines are nearly all full', () => {
    expect(proseLines(stack([full, full, full, 'in the rain'], 72, 100)).size).toBe(4);
  });

  it('is not a list of short lines', () => {
    expect(proseLines(stack(['a veil', 'a smoker', 'patience', 'time'], 72, 100)).size).toBe(0);
  });

  it('is not a table of contents', () => {
    expect(proseLines(stack([`${full}....... 1`, `${full}....... 2`, `${full}....... 3`], 72, 100)).size).toBe(0);
  });

  it('is ragged text whose lines continue sentences', () => {
    const ragged = [
      full,
      'for those that have gone out far',
      'they wait by the gate of the hive',
      full,
      'until it ends',
    ];
    expect(proseLines(stack(ragged, 72, 100)).size).toBe(5);
  });

  it('is not text that is aligned row by row with other text', () => {
    const rows = (count: number) =>
      Array.from({ length: count }, (_, row) => [
        line(`Item ${row}`, 300, 100 + 60 * row),
        ...stack([full, full, 'in the rain'], 72, 100 + 60 * row),
      ]).flat();
    expect(proseLines(rows(cellSettings.minInColumn)).size).toBe(0);
    expect(proseLines(rows(cellSettings.minInColumn - 1)).size).toBeGreaterThan(0);
  });

  it('of a recorded page is its paragraphs, but neither its table nor its list', () => {
    const texts = textsOf(proseLines(recordedLines('pagehive-sample-12')));
    expect(texts).toContain('followed for seven years. A second keeper should always repeat reading the brass plate,');
    expect(texts.filter((text) => /^(?:April|Month|\d\.)/.test(text))).toEqual([]);
    expect(texts.length).toBeGreaterThan(15);
  });
});
