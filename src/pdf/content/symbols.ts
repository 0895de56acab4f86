/** Unicode characters for consecutive codes of a symbol font. */
type Segment = readonly [firstCode: number, characters: string];

/**
 * Symbol fonts have private codes, which PDFs report unchanged, as Latin letters, or in the private use area from
 * U+F000. Check boxes become ☐, ☑ and ☒ in all of them.
 */
const fonts: { name: RegExp; segments: Segment[] }[] = [
  {
    name: /^Symbol(?:MT)?$/,
    segments: [
      [0x21, '!∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼'],
      [0xa0, '€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪'],
      [0xf1, '〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭'],
    ],
  },
  {
    name: /^Wingdings$/i,
    segments: [
      [0x6c, '●❍■☐☐☐☐⬧⧫◆❖⬥☒'],
      [0x80, '⓪①②③④⑤⑥⑦⑧⑨⑩⓿❶❷❸❹❺❻❼❽❾❿'],
      [0x9f, '•●○'],
      [0xa7, '▪☐'],
      [0xaa, '✦★'],
      [0xd8, '➢'],
      [0xdf, '←→↑↓↖↗↙↘'],
      [0xe8, '➔'],
      [0xef, '⇦⇨⇧⇩'],
      [0xfb, '✗✓☒☑'],
    ],
  },
  {
    name: /^Wingdings ?2$/i,
    segments: [
      [0x4f, '✗✓☒☑'],
      [0xa3, '☐'],
    ],
  },
];

/** Check boxes, as other fonts encode them. */
const boxes: Record<string, string> = { '❏': '☐', '❐': '☐', '❑': '☐', '❒': '☐', '\u{1f5f9}': '☑', '\u{1f5f7}': '☒' };

const mayBeSymbol = /symbol|dings/i;
/** The parts around a family name: the tag of a subset, and a style. */
const [subset, style] = [/^[A-Z]{6}\+/, /[,-](?:regular|bold|italic|oblique|roman)+$/i];

/** Returns a function that converts the characters of a symbol font to Unicode; null for any other font. */
export function symbolReader(font: string): ((character: string) => string) | null {
  if (!mayBeSymbol.test(font)) return null;
  const family = font.replace(subset, '').replace(style, '');
  const characters = charactersOf(fonts.find(({ name }) => name.test(family))?.segments ?? []);
  return (character) => boxes[character] ?? characters.get(codeOf(character)) ?? character;
}

function charactersOf(segments: Segment[]): Map<number, string> {
  return new Map(
    segments.flatMap(([first, characters]) =>
      [...characters].map((character, index): [number, string] => [first + index, character]),
    ),
  );
}

const privateArea = 0xf000;

function codeOf(character: string): number {
  const point = character.codePointAt(0) ?? 0;
  return point >= privateArea && point <= privateArea + 0xff ? point - privateArea : point;
}
