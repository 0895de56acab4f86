import { type Box, bottom, right } from '../model/box.ts';
import type { Rule, Rules } from '../model/drawing.ts';
import type { Piece } from '../model/piece.ts';
import type { GrayPicture } from '../model/pixels.ts';
import { type EdgeRun, type EdgeRuns, edgeRuns } from './edge-runs.ts';
import { joinRuns } from './straight-edges.ts';

/** What is drawn straight in the picture of a page, in points. */
export interface PictureRules {
  /** Of lines and of shaded areas: rows of tables are often told by their shade alone. */
  edges: Rules;
  /** Lines alone. */
  lines: Rules;
}

/** Points. Shorter runs are parts of letters and of what is curved. */
const shortestRun = 5;
/** Points. */
const [shortestAcross, shortestDown] = [16, 10];
/** Points. Edges that are blurred more are shadows. */
const thickest = 2;
/** So far an edge may be askew, as a part of its length. */
const steepest = 0.04;
/** Of its length, so much of an edge is there. */
const leastShare = 0.7;
/** Points. Nothing is printed so near the edge of a page: it is the paper's own, or the scanner's. */
const margin = 5;
/** Points. The edges of a line are no further apart. */
const thickestLine = 4;
/** A page with more edges one way shows a drawing. */
const mostEdges = 3_000;

/** The rules in the picture of a page, which has so many dots per point, beside the strokes of its words. */
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
    return rules.length > mostEdges ? [] : rules.filter((rule) => !isPartOfWord(rule));
  };
  return [read(darker), read(lighter)];
}

/** In pixels. */
function straightOnes(runs: EdgeRun[], shortest: number, scale: number): Rule[] {
  return joinRuns(runs).flatMap(({ from, to, firstLane, lastLane, area, moment }) => {
    const length = to - from;
    const thickness = area / length;
    const isStraight = lastLane - firstLane - thickness <= steepest * length + 2;
    const isEdge = length >= shortest && thickness <= thickest * scale && thickness >= leastShare;
    return isStraight && isEdge ? [{ at: moment / area + 0.5, from, to }] : [];
  });
}

/** Points. The strokes of letters may go so far beyond what OCR takes for their word. */
const beyond = 3;

function isAcross({ at, from, to }: Rule, box: Box): boolean {
  return from > box.x - beyond && to < right(box) + beyond && at > box.y - beyond && at < bottom(box) + beyond;
}

function isDown({ at, from, to }: Rule, box: Box): boolean {
  return isAcross({ at, from, to }, { x: box.y, y: box.x, width: box.height, height: box.width });
}

/** Two edges beside each other are those of a line. */
function toLines(darker: Rule[], lighter: Rule[]): Rule[] {
  return darker.flatMap((one) =>
    lighter.flatMap((other): Rule[] => {
      const [from, to] = [Math.max(one.from, other.from), Math.min(one.to, other.to)];
      const shorter = Math.min(one.to - one.from, other.to - other.from);
      const isLine = Math.abs(one.at - other.at) < thickestLine && to - from > leastShare * shorter;
      return isLine ? [{ at: (one.at + other.at) / 2, from, to }] : [];
    }),
  );
}

/** What OCR takes a rule for. */
const strokes = /^[|[\](){}/\\_–—=~-]+$/;

/** Words but for those that are rules. */
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
