import type { GrayPicture } from '../model/pixels.ts';
/** A part of a row or column along which the picture becomes darker, or lighter, across it. */
export interface EdgeRun {
  /** The index of the row or column. */
  lane: number;
  from: number;
  /** Exclusive. */
  to: number;
}

export interface EdgeRuns {
  darker: EdgeRun[];
  lighter: EdgeRun[];
}

/** Minimum step of brightness, of 255. Paper and scanners cause smaller ones within a single shade. */
const minStep = 10;
/** Maximum pixels without a step within a run. */
const gap = 2;
/** Maximum runs: a picture with more is noise. */
const maxRuns = 500_000;

/** Finds the edges of shades along rows and columns that have at least `shortest` pixels, in one pass. */
export function edgeRuns(picture: GrayPicture, shortest: number): { across: EdgeRuns; down: EdgeRuns } | null {
  const { width, height, pixels } = picture;
  const [above, below] = [new Runs(height, shortest), new Runs(height, shortest)];
  const [before, behind] = [new Runs(width, shortest), new Runs(width, shortest)];
  // Prewitt's operator: the mean of three differences, to suppress noise.
  const step = 3 * minStep;
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
    if ([above, below, before, behind].some(({ all }) => all.length > maxRuns)) return null;
  }
  const [darker, lighter] = [above.end(), below.end()];
  return { across: { darker, lighter }, down: { darker: before.end(), lighter: behind.end() } };
}

/** The open run of each row or column, and the finished ones. */
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

  /** Returns the runs in the order of their rows or columns, and of their positions within each. */
  end(): EdgeRun[] {
    for (const [lane, from] of this.#from.entries()) this.#close(lane, from, this.#to[lane] ?? 0);
    return this.all.sort((a, b) => a.lane - b.lane || a.from - b.from);
  }

  #close(lane: number, from: number, to: number): void {
    if (from >= 0 && to - from >= this.#shortest) this.all.push({ lane, from, to });
  }
}
