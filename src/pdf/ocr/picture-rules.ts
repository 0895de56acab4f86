import { type Box, bottom, right } from '../model/box.ts';
import type { Rule, Rules } from '../model/drawing.ts';
import type { Piece } from '../model/piece.ts';
import type { GrayPicture } from '../model/pixels.ts';
import { type EdgeRun, type EdgeRuns, edgeRuns } from './edge-runs.ts';
import { joinRuns } from './straight-edges.ts';

/** The straight lines and edges in the picture of a page, in points. */
export interface PictureRules {
  /** Edges of lines and of shaded areas: often, only their shades separate the rows of a table. */
  edges: Rules;
  /** Only lines. */
  lines: Rules;
}

/** Minimum length of a run, in points. Shorter ones belong to letters and curves. */
const shortestRun = 5;
/** Minimum length of a rule, in points. */
const [shortestAcross, shortestDown] = [16, 10];
/** Maximum thickness of an edge, in points. More blurred edges are shadows. */
const thickest = 2;
/** Maximum skew of an edge, as a share of its length. */
const steepest = 0.04;
/** Minimum share of an edge's length that is visible. */
const minShare = 0.7;
/** Margin of the page, in points. Edges within it belong to the paper or the scanner. */
const margin = 5;
/** Maximum distance between the edges of a line, in points. */
const thickestLine = 4;
/** Maximum edges in one direction: a page with more shows a drawing. */
const maxEdges = 3_000;

/** Returns the rules in the picture of a page, without the strokes of its words. `scale` is in pixels per point. */
export function rulesInPicture(picture: GrayPicture, scale: number, words: Piece[]): PictureRules {
  const runs = edgeRuns(picture, Math.round(shortestRun * scale));
  if (runs === null) return { edges: noRules, lines: noRules };
  const boxes = words.filter(({ text }) => /[\p{L}\p{N}]{2}/u.test(text));
  const [across, down] = [
    toRules(runs.across, shortestAcross, scale, picture.height, (rule) => boxes.some((box) => isAcross(rule, box))),
    toRules(runs.down, shortestDown, scale, picture.width, (rule) => boxes.some((box) => isDown(rule, box))),
  ];
  return {
    edges: { horizontal: across.flat(), vertical: down.flat() },
    lines: { horizontal: toLines(...across), vertical: toLines(...down) },
  };
}

const noRules: Rules = { horizontal: [], vertical: [] };

function toRules(
  { darker, lighter }: EdgeRuns,
  shortest: number,
  scale: number,
  extent: number,
  isPartOfWord: (rule: Rule) => boolean,
): [Rule[], Rule[]] {
  const read = (runs: EdgeRun[]) => {
    const rules = straightOnes(runs, shortest * scale, scale)
      .map(({ at, from, to }) => ({ at: at / scale, from: from / scale, to: to / scale }))
      .filter(({ at }) => at > margin && at < extent / scale - margin);
    return rules.length > maxEdges ? [] : rules.filter((rule) => !isPartOfWord(rule));
  };
  return [read(darker), read(lighter)];
}

/** Returns straight edges, in pixels. */
function straightOnes(runs: EdgeRun[], shortest: number, scale: number): Rule[] {
  return joinRuns(runs).flatMap(({ from, to, firstLane, lastLane, area, moment }) => {
    const length = to - from;
    const thickness = area / length;
    const isStraight = lastLane - firstLane - thickness <= steepest * length + 2;
    const isEdge = length >= shortest && thickness <= thickest * scale && thickness >= minShare;
    return isStraight && isEdge ? [{ at: moment / area + 0.5, from, to }] : [];
  });
}

/** How far the strokes of letters may extend beyond their word's box from OCR, in points. */
const beyond = 3;

function isAcross({ at, from, to }: Rule, box: Box): boolean {
  return from > box.x - beyond && to < right(box) + beyond && at > box.y - beyond && at < bottom(box) + beyond;
}

function isDown({ at, from, to }: Rule, box: Box): boolean {
  return isAcross({ at, from, to }, { x: box.y, y: box.x, width: box.height, height: box.width });
}

/** Combines two adjacent edges into a line. */
function toLines(darker: Rule[], lighter: Rule[]): Rule[] {
  return darker.flatMap((one) =>
    lighter.flatMap((other): Rule[] => {
      const [from, to] = [Math.max(one.from, other.from), Math.min(one.to, other.to)];
      const shorter = Math.min(one.to - one.from, other.to - other.from);
      const isLine = Math.abs(one.at - other.at) < thickestLine && to - from > minShare * shorter;
      return isLine ? [{ at: (one.at + other.at) / 2, from, to }] : [];
    }),
  );
}

/** Characters that OCR reads instead of a rule. */
const strokes = /^[|[\](){}/\\_–—=~-]+$/;

/** Returns the words that are not rules. */
export function withoutRules<Word extends Piece>(words: Word[], { edges }: PictureRules): Word[] {
  return words.filter((word) => {
    if (!strokes.test(word.text)) return true;
    const { x, y, width } = word;
    const isRule =
      edges.vertical.some(({ at, from, to }) => Math.abs(at - x - width / 2) < 4 && to > y && from < bottom(word)) ||
      edges.horizontal.some(
        ({ at, from, to }) => at > y - beyond && at < bottom(word) + beyond && to > x && from < right(word),
      );
    return !isRule;
  });
}
