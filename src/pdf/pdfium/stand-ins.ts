import type { Glyph } from './glyphs.ts';
import type { Pdfium } from './pdfium.ts';

/**
 * What PDFium takes ideographs beyond the basic plane of Unicode for, in fonts that have their characters from its table of Adobe-Japan1:
 * the table has 16 bits for a character, and gives them the nearest one that fits. Each is a character of its own, too.
 */
const standIns = new Set(
  '丈乕人你兔冕冤冬割勹勺匕卉卿原叱吉周土城姫寃将屠嶲巽彫憲成拔杓杞桒槗槪橋櫛沿泰浩涇滋潮炭熙燗爨爵眞真稽絣网脇舉芽裕諭輸鋏閏阡隙魚齬凞',
);

/** Fonts of a page that are tried, at most: for each of them all text of the page is read again. */
const mostFonts = 8;

/** A glyph of Adobe-Japan1 and the character that PDFium's table has for it, instead of U+20BB7. */
const [probe, found] = [13_706, 0x5409];

/** Reports whether characters of a page may stand for others, beyond the basic plane. */
export function hasStandIns(pdfium: Pdfium, document: number, page: number, glyphs: Glyph[]): boolean {
  const fonts = new Set<number>();
  for (const { text, object } of glyphs) {
    if (text >= '\u3400' && standIns.has(text)) fonts.add(object.fontHandle);
  }
  return [...fonts].slice(0, mostFonts).some((font) => usesTable(pdfium, document, page, font));
}

/** Sets a glyph in a font, and reads what PDFium takes it for: a font with a map of its own does not have it in the same place. */
function usesTable(pdfium: Pdfium, document: number, page: number, font: number): boolean {
  const { api, numbers } = pdfium;
  const object = api.FPDFPageObj_CreateTextObj(document, font, 1);
  if (object === 0) return false;
  pdfium.integers[numbers / 4] = probe;
  api.FPDFText_SetCharcodes(object, numbers, 1);
  api.FPDFPage_InsertObject(page, object);
  const text = api.FPDFText_LoadPage(page);
  let [usesIt, index] = [false, api.FPDFText_CountChars(text) - 1];
  while (index >= 0 && api.FPDFText_GetTextObject(text, index) !== object) index -= 1;
  if (index >= 0) {
    const isKnown = api.FPDFText_HasUnicodeMapError(text, index) === 0;
    usesIt = isKnown && api.FPDFText_GetUnicode(text, index) === found;
  }
  api.FPDFText_ClosePage(text);
  if (api.FPDFPage_RemoveObject(page, object) === 1) api.FPDFPageObj_Destroy(object);
  return usesIt;
}
