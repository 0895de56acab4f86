import { loadCanvas } from '../images/canvas.ts';
import type { LiteparseEngine, OcrFound } from '../liteparse/liteparse-engine.ts';
import { markBold } from './bold-lines.ts';
import { rulesInPicture, withoutRules } from './picture-rules.ts';

/** What OCR has found on a page, with what it does not tell but its picture shows: rules, the tables they make, bold lines. */
export async function withPicture(engine: LiteparseEngine, found: OcrFound): Promise<OcrFound> {
  const { page, text, picture } = found;
  const tools = picture === null ? null : await loadCanvas();
  if (picture === null || tools === null) return found;
  const gray = await tools.gray(picture.png);
  const rules = rulesInPicture(gray, picture.scale, text.pieces);
  const pieces = markBold(withoutRules(text.pieces, rules), gray, picture.scale);
  const tables = engine.findTables(page, pieces, rules.lines);
  return { ...found, page: { ...page, rules: rules.edges, tables }, text: { ...text, pieces } };
}
