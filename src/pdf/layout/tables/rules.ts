import type { Rule } from '../../model/drawing.ts';

/** Strokes nearer to one another than this are one: the two edges of a thick one, or those of neighbouring cells. */
export const nearby = 3;

/** More than this on a page is a drawing, not tables. */
export const maxRules = 20_000;

/**
 * Joins what is drawn as one line in several strokes. Short ones are left out: they are dashes and parts of pictures.
 */
export function mergeRules(rules: Rule[], shortest: number): Rule[] {
  if (rules.length > maxRules) {
    return [];
  }
  const sorted = [...rules].sort((a, b) => a.at - b.at);
  const merged: Rule[] = [];
  let band: Rule[] = [];
  const flush = () => {
    merged.push(...joinBand(band));
    band = [];
  };
  for (const rule of sorted) {
    const first = band[0];
    if (first !== undefined && rule.at - first.at > nearby) flush();
    band.push(rule);
  }
  flush();
  return merged.filter(({ from, to }) => to - from >= shortest);
}

function joinBand(band: Rule[]): Rule[] {
  const joined: Rule[] = [];
  const at = band.reduce((sum, rule) => sum + rule.at, 0) / band.length;
  for (const rule of [...band].sort((a, b) => a.from - b.from)) {
    const last = joined.at(-1);
    if (last !== undefined && rule.from <= last.to + nearby) {
      last.to = Math.max(last.to, rule.to);
    } else {
      joined.push({ at, from: rule.from, to: rule.to });
    }
  }
  return joined;
}

/** No cell with text is smaller than this; what is nearer together are borders and the padding between them. */
export const smallestCell = 6.5;

/** The positions among the values, those too near one another to hold text between them as one. */
export function positions(values: number[], smallest: number): number[] {
  const found: { sum: number; count: number; first: number; last: number }[] = [];
  for (const value of [...values].sort((a, b) => a - b)) {
    const last = found.at(-1);
    if (last !== undefined && value - last.last < smallest && value - last.first < 2 * smallest) {
      last.last = value;
      last.sum += value;
      last.count += 1;
    } else {
      found.push({ sum: value, count: 1, first: value, last: value });
    }
  }
  return found.map(({ sum, count }) => sum / count);
}
