import type { Box } from './box.ts';

/** A straight stroke along one axis; `at` is its position on the other one. */
export interface Rule {
  at: number;
  from: number;
  to: number;
}

export interface Rules {
  horizontal: Rule[];
  vertical: Rule[];
}

/** The bounding box of a filled path. */
export interface Shape extends Box {
  /** Such as "#ffffff". */
  colour: string;
  /** Whether a part of its outline is curved. */
  curved: boolean;
}
