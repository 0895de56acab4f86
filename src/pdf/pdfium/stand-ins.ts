import type { Glyph } from './glyphs.ts';
import type { Pdfium } from './pdfium.ts';

/**
 * The characters that PDFium substitutes for ideographs beyond the basic plane of Unicode, in fonts that use its table
 * of Adobe-Japan1. The table has 16 bits per character, so it contains similar characters instead. Each of them is also
 * an ordinary character.
 */
const standIns = new Set(
  '丈乕人你兔冕冤冬割勹勺匕卉卿原叱吉周土城姫寃将屠嶲巽彫憲成拔杓杞桒槗槪橋櫛沿泰浩涇滋潮炭熙燗爨爵眞真稽絣网脇舉芽裕諭輸鋏閏阡隙魚齬凞',
);

/** Maximum fonts of a page that are tested: each test reads all text of the page again. */
const maxFonts = 8;

/** A glyph of Adobe-Japan1, and the character that PDFium's table contains for it instead of U+20BB7. */
const [probe, found] = [13_706, 0x5409];

/** Reports whether characters of a page may be substitutes for characters beyond the basic plane. */
export function hasStandIns(pdfium: Pdfium, document: number, page: number, glyphs: Glyph[]): boolean {
  const fonts = new Set<number>();
  for (const { text, object } of glyphs) {
    if (text >= '\u3400' && standIns.has(text)) fonts.add(object.fontHandle);
  }
  return [...fonts].slice(0, maxFonts).some((font) => usesTable(pdfium, document, page, font));
}

/**
 * Sets the probe in a font and reads the character that PDFium reports. A font with its own map reports another one.
 */
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
