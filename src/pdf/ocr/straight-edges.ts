import type { EdgeRun } from './edge-runs.ts';

/** An edge that may be blurred or skewed: runs in neighbouring rows or columns that touch one another, in pixels. */
export interface Edge {
  from: number;
  to: number;
  firstLane: number;
  lastLane: number;
  /** Number of pixels in its runs. */
  area: number;
  /** Sum of the rows or columns of all these pixels. */
  moment: number;
}

/** Maximum gap between runs of one edge, in pixels. */
const gap = 2;

/** Joins runs, ordered by row or column, to edges. */
export function joinRuns(runs: EdgeRun[]): Edge[] {
  const edges: Edge[] = [];
  const parent: number[] = [];
  const rootOf = (index: number): number => {
    let node = index;
    for (let above = parent[node] ?? node; above !== node; above = parent[node] ?? node) {
      parent[node] = parent[above] ?? above;
      node = above;
    }
    return node;
  };
  let before: { run: EdgeRun; edge: number }[] = [];
  let here: { run: EdgeRun; edge: number }[] = [];
  let [lane, next] = [-1, 0];
  for (const run of runs) {
    if (run.lane !== lane) {
      before = run.lane === lane + 1 ? here : [];
      here = [];
      [lane, next] = [run.lane, 0];
    }
    while ((before[next]?.run.to ?? Infinity) < run.from - gap) next += 1;
    const own = edges.length;
    edges.push(toEdge(run));
    parent.push(own);
    for (let index = next; (before[index]?.run.from ?? Infinity) <= run.to + gap; index += 1) {
      parent[rootOf(before[index]?.edge ?? own)] = own;
    }
    here.push({ run, edge: own });
  }
  const joined = new Map<number, Edge>();
  for (const [index, edge] of edges.entries()) {
    const root = rootOf(index);
    const whole = joined.get(root);
    if (whole === undefined) joined.set(root, edge);
    else add(whole, edge);
  }
  return [...joined.values()];
}

function toEdge({ lane, from, to }: EdgeRun): Edge {
  return { from, to, firstLane: lane, lastLane: lane, area: to - from, moment: (to - from) * lane };
}

function add(whole: Edge, { from, to, lastLane, area, moment }: Edge): void {
  whole.from = Math.min(whole.from, from);
  whole.to = Math.max(whole.to, to);
  whole.lastLane = lastLane;
  whole.area += area;
  whole.moment += moment;
}
