/** A page with fewer letters and digits has only a stamp or a page number. */
const sparse = 60;
/** Share of the page covered by pictures above which the page is a picture. */
export const mostlyPicture = 0.4;

export function isSparse(texts: string[]): boolean {
  let letters = 0;
  for (const text of texts) {
    letters += text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    if (letters >= sparse) return false;
  }
  return true;
}
