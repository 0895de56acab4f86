import type { Bounds } from './viewport.ts';

/** The box around points that are added one at a time. */
export class Extent {
  #left = Infinity;
  #bottom = Infinity;
  #right = -Infinity;
  #top = -Infinity;

  add(x: number, y: number): void {
    if (x < this.#left) this.#left = x;
    if (x > this.#right) this.#right = x;
    if (y < this.#bottom) this.#bottom = y;
    if (y > this.#top) this.#top = y;
  }

  /** Null before the first point. */
  get bounds(): Bounds | null {
    if (!(this.#right >= this.#left)) return null;
    return { left: this.#left, bottom: this.#bottom, right: this.#right, top: this.#top };
  }
}
