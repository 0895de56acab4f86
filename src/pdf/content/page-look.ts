/** Fewer letters and digits than this are a stamp or a page number. */
const sparse = 60;
/** So much of the page is pictures that they are what it shows. */
export const mostlyPicture = 0.4;

export function isSparse(texts: string[]): boolean {
  let letters = 0;
  for (const text of texts) {
    letters += text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
    if (letters >= sparse) return false;
  }
  return true;
}
