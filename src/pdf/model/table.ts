import type { Box } from './box.ts';

/** A cell of a table; it may span several columns and rows. */
export interface Cell {
  text: string;
  columns: number;
  rows: number;
}

export interface Table {
  box: Box;
  rows: Cell[][];
}
