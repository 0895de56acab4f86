const rightToLeftLetter = /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]/gu;

/** True for text of which a good part is written from right to left. */
export function isRightToLeft(text: string): boolean {
  const written = text.match(rightToLeftLetter)?.length ?? 0;
  return written > 0 && written * 3 > (text.match(/\p{L}/gu)?.length ?? 0);
}
