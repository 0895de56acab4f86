import type { LiteparseEngine } from '../liteparse/liteparse-engine.ts';
import type { OcrText } from '../liteparse/ocr-text.ts';
import type { Rules } from '../model/drawing.ts';
import type { GrayPicture } from '../model/pixels.ts';
import type { Table } from '../model/table.ts';
import { markBold } from './bold-lines.ts';
import { rulesInPicture, withoutRules } from './picture-rules.ts';

/** The content of a picture of a page. */
export interface PictureContent {
  pieces: OcrText['pieces'];
  rules: Rules;
  tables: Table[];
}

/**
 * Adds to the words of OCR what it does not report but the picture shows: rules, the tables that they form, bold lines.
 * `scale` is in pixels per point.
 */
export function readPicture(
  engine: LiteparseEngine,
  text: OcrText,
  picture: GrayPicture,
  scale: number,
): PictureContent {
  const rules = rulesInPicture(picture, scale, text.pieces);
  const pieces = markBold(withoutRules(text.pieces, rules), picture, scale);
  const size = { width: picture.width / scale, height: picture.height / scale };
  return { pieces, rules: rules.edges, tables: engine.findTables(size, pieces, rules.lines) };
}
