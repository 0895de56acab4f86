import type { GrayPicture } from '../model/pixels.ts';
/** A part of a row, or of a column, along which it becomes darker, or lighter, from one side to the other. */
export interface EdgeRun {
  /** The row or column. */
  lane: number;
  from: number;
  /** Behind the last one. */
  to: number;
}

export interface EdgeRuns {
  darker: EdgeRun[];
  lighter: EdgeRun[];
}

/** Less than this, of 255, is what paper and scanner make of one and the same shade. */
const leastStep = 10;
/** Pixels without a step that don't end a run. */
const gap = 2;
/** A picture with more of them is noise. */
const mostRuns = 500_000;

/** Where shades end, along rows and along columns, if they do so for at least so many pixels: found in one pass. */
export function edgeRuns(picture: GrayPicture, shortest: number): { across: EdgeRuns; down: EdgeRuns } | null {
  const { width, height, pixels } = picture;
  const [above, below] = [new Runs(height, shortest), new Runs(height, shortest)];
  const [before, behind] = [new Runs(width, shortest), new Runs(width, shortest)];
  // Prewitt's operator: the mean of three differences, so that noise counts less.
  const step = 3 * leastStep;
  for (let y = 1; y + 1 < height; y += 1) {
    let [a, b, c, d, e, f, g, h, i] = [0, 0, 0, 0, 0, 0, 0, 0, 0];
    const row = y * width;
    for (let x = 0; x < width; x += 1) {
      [a, b, d, e, g, h] = [b, c, e, f, h, i];
      c = pixels[row - width + x] ?? 0;
      f = pixels[row + x] ?? 0;
      i = pixels[row + width + x] ?? 0;
      if (x < 2) continue;
      const down = g + h + i - a - b - c;
      if (down <= -step) above.add(y, x - 1);
      else if (down >= step) below.add(y, x - 1);
      const across = c + f + i - a - d - g;
      if (across <= -step) before.add(x - 1, y);
      else if (across >= step) behind.add(x - 1, y);
    }
    if ([above, below, before, behind].some(({ all }) => all.length > mostRuns)) return null;
  }
  const [darker, lighter] = [above.end(), below.end()];
  return { across: { darker, lighter }, down: { darker: before.end(), lighter: behind.end() } };
}

/** The open run of each lane, and those that are done. */
class Runs {
  readonly all: EdgeRun[] = [];
  readonly #from: Int32Array;
  readonly #to: Int32Array;
  readonly #shortest: number;

  constructor(lanes: number, shortest: number) {
    this.#from = new Int32Array(lanes).fill(-1);
    this.#to = new Int32Array(lanes);
    this.#shortest = shortest;
  }

  add(lane: number, at: number): void {
    const [from = -1, to = 0] = [this.#from[lane], this.#to[lane]];
    if (from < 0 || at - to > gap) {
      this.#close(lane, from, to);
      this.#from[lane] = at;
    }
    this.#to[lane] = at + 1;
  }

  /** In the order of their lanes, and from the first to the last in each. */
  end(): EdgeRun[] {
    for (const [lane, from] of this.#from.entries()) this.#close(lane, from, this.#to[lane] ?? 0);
    return this.all.sort((a, b) => a.lane - b.lane || a.from - b.from);
  }

  #close(lane: number, from: number, to: number): void {
    if (from >= 0 && to - from >= this.#shortest) this.all.push({ lane, from, to });
  }
}
