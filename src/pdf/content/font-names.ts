const boldName = /bold|black|heavy|demi|medi\b|^(?:[A-Z]{6}\+)?(?:CMB|CMSSBX|(?:SF|EC)(?:B|RB|SX)[A-Z]*\d)|-B$/i;
const plainName = /regular|light|book|roman|medium/i;
const fixedName =
  /mono|courier|consol|typewriter|menlo|monaco|(?:source|fira) ?code|NimbusMon|(?:CM|SF|EC)(?:SL|I|V)?TT|(?:SF|EC)[IS]T\d/i;

/** Derives the style of a font from its name; its weight counts only if the name is inconclusive. */
export function readFont(name: string, weight: number): { bold: boolean; fixedWidth: boolean } {
  return {
    bold: boldName.test(name) || (weight >= 600 && !plainName.test(name)),
    fixedWidth: fixedName.test(name),
  };
}
