/** The most common short words of languages in Latin letters. One page of text suffices to distinguish them. */
const commonest: Record<string, string> = {
  en: 'the of and to in is that for it with as was on are by this be from or have',
  de: 'der die und in den von zu das mit sich des auf für ist im dem nicht ein eine als',
  fr: 'de la le et les des en un du une que est pour qui dans par sur au plus ne',
  es: 'de la que el en y a los del se las por un para con no una su al es',
  it: 'di e il la che in a per un è del non della una si con dei le da sono',
  pt: 'de a o que e do da em um para com não uma os no se na por mais as',
  nl: 'de van het een en in is dat op te zijn met voor niet aan er om ook als bij',
  sv: 'och i att en som det på är av för med den till inte har de om ett han var',
  da: 'og i at det en den til er som på de med for af ikke der var fra et har',
  pl: 'i w na z do się że o nie jest to od za po jak przez dla są czy który',
  cs: 'a v se na je že o s z do i to k ve pro za by ale jsou jako',
  fi: 'ja on ei se että oli hän mutta ovat kun joka tai myös niin kuin vain sen mitä olla jos',
  tr: 've bir bu da için ile de olarak çok daha en olan gibi kadar ancak sonra her ne ya o',
};

const scripts: [string, RegExp][] = [
  ['ja', /[\p{Script=Hiragana}\p{Script=Katakana}]/gu],
  ['ko', /\p{Script=Hangul}/gu],
  ['zh', /\p{Script=Han}/gu],
  ['ar', /\p{Script=Arabic}/gu],
  ['he', /\p{Script=Hebrew}/gu],
  ['el', /\p{Script=Greek}/gu],
  ['ru', /\p{Script=Cyrillic}/gu],
  ['th', /\p{Script=Thai}/gu],
  ['hi', /\p{Script=Devanagari}/gu],
];

const languagesOf = new Map<string, string[]>();
for (const [language, list] of Object.entries(commonest)) {
  for (const word of list.split(' ')) languagesOf.set(word, [...(languagesOf.get(word) ?? []), language]);
}
const longestSample = 3_000;
const latinWord = /[a-z\u00aa\u00b5\u00ba\u00df-\u00f6\u00f8-\u024f]+/g;

/** Guesses the main language of a text as a BCP 47 tag such as "en"; null if there is too little text. */
export function guessLanguage(text: string): string | null {
  const sample = text.slice(0, longestSample);
  // A text in Latin letters needs no check for others, and its words are found in a third of the time.
  const isLatin = !/[^\0-\u024f\u2000-\u206f]/.test(sample);
  const letters = isLatin ? 0 : (sample.match(/\p{L}/gu)?.length ?? 0);
  for (const [language, script] of letters < 10 ? [] : scripts) {
    // Japanese mixes its own scripts with Han characters.
    const share = language === 'ja' ? 0.15 : 0.4;
    if ((sample.match(script)?.length ?? 0) > share * letters) return language;
  }
  const found = sample.toLowerCase().match(isLatin ? latinWord : /\p{L}+/gu) ?? [];
  const counts = new Map<string, number>();
  for (const word of found) {
    for (const language of languagesOf.get(word) ?? []) counts.set(language, (counts.get(language) ?? 0) + 1);
  }
  let [best, most, second] = ['', 0, 0];
  for (const [language, count] of counts) {
    if (count > most) [best, most, second] = [language, count, most];
    else if (count > second) second = count;
  }
  return most >= 5 && most >= 0.08 * found.length && most > 1.15 * second ? best : null;
}
