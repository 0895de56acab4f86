import type { TextLine } from './text-layout.ts';

interface Paragraph {
  lines: TextLine[];
  height: number;
}

/** Lines as they stand on the page, with an empty line between paragraphs. */
export function toPlainText(lines: TextLine[]): string {
  return toParagraphs(lines)
    .map((paragraph) => paragraph.lines.map((line) => line.text.trimEnd()).join('\n'))
    .join('\n\n');
}

/** Paragraphs on one line each; those set larger than the body are headings, by how much larger. */
export function toMarkdown(lines: TextLine[]): string {
  const body = bodyHeight(lines);
  return toParagraphs(lines)
    .map((paragraph) => {
      const text = joinLines(paragraph.lines);
      const level = headingLevel(paragraph, text, body);
      if (level > 0) {
        return `${'#'.repeat(level)} ${text}`;
      }
      // What only looks like a heading or a quotation must not become one.
      return text.replace(/^[•‣▪●◦]\s*/u, '- ').replace(/^(#{1,6}\s|>)/, '\\$1');
    })
    .join('\n\n');
}

/** A new paragraph begins at a wider gap, another size of type, a bullet, or wherever the layout starts anew. */
function toParagraphs(lines: TextLine[]): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  for (const line of lines) {
    const current = paragraphs.at(-1);
    const before = current?.lines.at(-1);
    if (current === undefined || before === undefined || startsParagraph(before, line, current)) {
      paragraphs.push({ lines: [line], height: line.height });
    } else {
      current.lines.push(line);
    }
  }
  return paragraphs;
}

function startsParagraph(before: TextLine, line: TextLine, current: Paragraph): boolean {
  const gap = line.y - (before.y + before.height);
  const resized = Math.abs(line.height - current.height) > 0.15 * Math.max(line.height, current.height);
  const bullet = /^([•‣▪●◦–-]|\d{1,3}[.)])\s/u.test(line.text);
  return line.startsRegion || gap > 0.6 * line.height || gap < -2 * line.height || resized || bullet;
}

/** Words parted at a line's end are joined again where a lower-case letter follows the hyphen. */
function joinLines(lines: TextLine[]): string {
  return lines
    .map((line) => line.text.trim())
    .reduce((text, line) => {
      const parted = /\p{L}-$/u.test(text) && /^\p{Ll}/u.test(line);
      return parted ? text.slice(0, -1) + line : `${text} ${line}`;
    })
    .trim();
}

/** The height that most characters of the page have, to half a point. */
function bodyHeight(lines: TextLine[]): number {
  const characters = new Map<number, number>();
  for (const line of lines) {
    const height = Math.round(line.height * 2) / 2;
    characters.set(height, (characters.get(height) ?? 0) + line.text.length);
  }
  const [most] = [...characters].sort((a, b) => b[1] - a[1]);
  return most?.[0] ?? 0;
}

function headingLevel({ lines, height }: Paragraph, text: string, body: number): number {
  if (lines.length > 3 || text.length > 200 || !/\p{L}/u.test(text)) {
    return 0;
  }
  const ratio = height / body;
  if (ratio >= 1.6) {
    return 1;
  }
  if (ratio >= 1.3) {
    return 2;
  }
  return ratio >= 1.12 ? 3 : 0;
}
