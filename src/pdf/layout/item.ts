import type { Box } from '../model/box.ts';

/** What is put in order: a line, or a table as a whole. */
export interface Item extends Box {
  /** Type size, in points. */
  size: number;
  /** Number of characters; a table counts as none, as it says nothing about columns. */
  weight: number;
  /** It begins inside a sentence. */
  continues: boolean;
}
