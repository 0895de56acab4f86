import { type Box, bottom, right } from '../../model/box.ts';
import type { Rule, Rules } from '../../model/drawing.ts';
import { maxRules } from './rules.ts';

export interface Fill extends Box {
  colour: string;
}

/** More of them are a drawing. */
const maxFills = 2_000;
const nearly = 1;

/**
 * The rules that can be seen: a box upon a larger one in its own colour has no edges inside of that, and many programs
 * shade the cells of a table and the lines in them alike.
 */
export function withoutShading(rules: Rules, fills: Fill[]): Rules {
  if (rules.horizontal.length > maxRules || rules.vertical.length > maxRules) return rules;
  const [horizontal, vertical]: [Edges, Edges] = [new Map(), new Map()];
  const painted: Fill[] = [];
  for (const fill of fills.slice(0, maxFills)) {
    const under = painted.find((other) => isWithin(fill, other));
    painted.push(fill);
    if (under === undefined) continue;
    const [end, below] = [right(fill), bottom(fill)];
    if (fill.y - under.y > nearly) add(horizontal, { at: fill.y, from: fill.x, to: end });
    if (bottom(under) - below > nearly) add(horizontal, { at: below, from: fill.x, to: end });
    if (fill.x - under.x > nearly) add(vertical, { at: fill.x, from: fill.y, to: below });
    if (right(under) - end > nearly) add(vertical, { at: end, from: fill.y, to: below });
  }
  return {
    horizontal: rules.horizontal.filter((rule) => !isUnseen(rule, horizontal)),
    vertical: rules.vertical.filter((rule) => !isUnseen(rule, vertical)),
  };
}

/** By where they stand, rounded. */
type Edges = Map<number, Rule[]>;

function add(edges: Edges, edge: Rule): void {
  const there = edges.get(Math.round(edge.at));
  if (there === undefined) edges.set(Math.round(edge.at), [edge]);
  else there.push(edge);
}

function isWithin(fill: Fill, other: Fill): boolean {
  return (
    other.colour === fill.colour &&
    fill.x > other.x - nearly &&
    right(fill) < right(other) + nearly &&
    fill.y > other.y - nearly &&
    bottom(fill) < bottom(other) + nearly
  );
}

function isUnseen(rule: Rule, edges: Edges): boolean {
  return [-1, 0, 1].some((step) =>
    edges
      .get(Math.round(rule.at) + step)
      ?.some(
        ({ at, from, to }) => Math.abs(at - rule.at) < nearly && rule.from > from - nearly && rule.to < to + nearly,
      ),
  );
}
