/** Characters that are not displayed: soft hyphens, joiners, marks of direction. */
const invisible = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/**
 * Returns a name in the form in which names are compared. Equal to `pagehive_fold` of the migrations, which lowers character by
 * character: `toLowerCase` on the whole name would expand some characters and treat a final sigma differently.
 */
export function foldName(name: string): string {
  let folded = '';
  for (const character of name.normalize('NFKC').replace(invisible, '')) {
    folded += String.fromCodePoint(character.toLowerCase().codePointAt(0) ?? 0);
  }
  return folded;
}
