import { foldText } from './fold-text.ts';

/** Text between spaces, or spaces: folding never reaches across them. */
const tokens = /[ \t\r\n]+|[^ \t\r\n]+/g;

/** A text, its folded form, and the way back from one to the other. */
export class FoldedText {
  readonly folded: string;
  readonly #text: string;
  readonly #tokens: { text: string; at: number; foldedAt: number; isSame: boolean }[] = [];

  constructor(text: string) {
    this.#text = text;
    const parts: string[] = [];
    let foldedAt = 0;
    for (const { 0: token, index } of text.matchAll(tokens)) {
      const part = foldText(token);
      this.#tokens.push({
        text: token,
        at: index,
        foldedAt,
        isSame: part === token.toLowerCase() && part.length === token.length,
      });
      parts.push(part);
      foldedAt += part.length;
    }
    this.folded = parts.join('');
  }

  /** Returns the part of the text whose folded form is that between two positions. */
  slice(from: number, to: number): string {
    return this.#text.slice(this.#position(from), this.#position(to));
  }

  #position(folded: number): number {
    const token = this.#tokens[last(this.#tokens.length, (index) => (this.#tokens[index]?.foldedAt ?? 0) <= folded)];
    if (token === undefined) return 0;
    const wanted = folded - token.foldedAt;
    if (token.isSame) return token.at + wanted;
    // A mark belongs to the letter before it, so the longest part that folds to this length.
    return token.at + last(token.text.length + 1, (length) => foldText(token.text.slice(0, length)).length <= wanted);
  }
}

/**
 * Returns the last number below `end` for which a condition holds that holds up to some number; 0 if it never holds.
 */
function last(end: number, holds: (value: number) => boolean): number {
  let [low, high] = [0, end];
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return low;
}
