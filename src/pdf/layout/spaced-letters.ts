/** Five letters or more with a space between each two of them. */
const spaced = /^\p{L}(?: \p{L}){4,}(?: ?[?!.:])?$/u;

/** Whether the letters of a line are set apart by spaces, as in "C O N T E N T S". */
export function hasSpacedLetters(text: string): boolean {
  // Nearly all text returns at the first comparison.
  return text[1] === ' ' && text[3] === ' ' && spaced.test(text);
}
