const rightToLeftLetter = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/gu;

/** Runs on all text, so it avoids Unicode classes, which take ten times as long. */
const maybeRightToLeft = /[\u0590-\u08ff\ufb1d-\ufefc]/;

/** Reports whether more than a third of the letters are written from right to left. */
export function isRightToLeft(text: string): boolean {
  if (!maybeRightToLeft.test(text)) return false;
  const written = text.match(rightToLeftLetter)?.length ?? 0;
  return written > 0 && written * 3 > (text.match(/\p{L}/gu)?.length ?? 0);
}
