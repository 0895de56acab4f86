/** The codes that fonts have for the space: as in ASCII, as in TrueType, as the first glyph of a subset. */
const codesOfSpace = [32, 3, 1];
/** Of fewer letters nothing can be told. */
const fewestLetters = 5;
const falseSpace = /(?<=\p{L}) (?=\p{L})/gu;

/**
 * A text without the spaces that LiteParse puts into words whose letters stand apart, as in `TH IS`. It tells the codes of the glyphs,
 * those of real spaces among them. Where the others are those of the letters, and all spaces among them are in the text, too, no other
 * is one between two letters. Often the codes are of the first word alone; then the text stays as it is.
 */
export function withoutFalseSpaces(text: string, codes: number[] | undefined): string {
  if (codes === undefined || codesOfSpace.some((code) => isSpacedAlike(text, codes, code))) return text;
  if (text.search(falseSpace) === -1) return text;
  const letters = text.replaceAll(' ', '');
  if (letters.length < fewestLetters || codes.length < letters.length) return text;
  const places = spacesOf(text);
  for (const code of codesOfSpace) {
    const real = realSpaces(codes, code, letters);
    if (real?.every((place) => places.has(place))) {
      const kept = new Set(real.map((place) => places.get(place)));
      return text.replace(falseSpace, (space, at: number) => (kept.has(at) ? space : ''));
    }
  }
  return text;
}

/** Whether spaces are in the very places of this code, as nearly always: it is told without making anything of either. */
function isSpacedAlike(text: string, codes: number[], code: number): boolean {
  if (codes.length < text.length) return false;
  for (let at = 0; at < text.length; at += 1) {
    if ((text[at] === ' ') !== (codes[at] === code)) return false;
  }
  return true;
}

/** Where the spaces of a text are, by the number of letters before them. */
function spacesOf(text: string): Map<number, number> {
  const places = new Map<number, number>();
  let letters = 0;
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === ' ') places.set(letters, at);
    else letters += 1;
  }
  return places;
}

/** After how many letters there is a space; null if this is not its code, as the others are then not one for each letter. */
function realSpaces(codes: number[], space: number, letters: string): number[] | null {
  const found: number[] = [];
  const letterOf = new Map<number, string>();
  let before = 0;
  for (const code of codes) {
    if (code === space) {
      if (before === 0) return null;
      if (before < letters.length) found.push(before);
    } else {
      const letter = letters[before] ?? '';
      if ((letterOf.get(code) ?? letter) !== letter) return null;
      letterOf.set(code, letter);
      before += 1;
    }
  }
  return before === letters.length && codes.includes(space) ? found : null;
}
