/** Characters that are not displayed: soft hyphens, joiners, marks of direction. */
const invisible = /[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/**
 * Returns a name in the form in which names are compared, as `pagehive_fold` of the migrations does for those in PostgreSQL.
 * PostgreSQL maps each character to one in lower case. JavaScript maps some to two, or by what follows.
 */
export function foldName(name: string): string {
  let folded = '';
  for (const character of name.normalize('NFKC').replace(invisible, '')) {
    folded += String.fromCodePoint(character.toLowerCase().codePointAt(0) ?? 0);
  }
  return folded;
}
