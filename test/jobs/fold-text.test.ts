import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Database, openDatabase } from '../../src/connections/database.ts';
import { foldText } from '../../src/jobs/fold-text.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createDatabase } from '../service.ts';

let home: Awaited<ReturnType<typeof createDatabase>>;
let database: Database;
beforeAll(async () => {
  home = await createDatabase();
  database = openDatabase({ url: home.url, name: 'test', logger: createLogger({ logLevel: 'silent' }, 'test') });
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await home.drop();
});

/** Every character that this version of Unicode assigns. */
const characters = Array.from({ length: 0x110000 }, (_, code) => code)
  .filter((code) => code > 0 && (code < 0xd800 || code > 0xdfff))
  .map((code) => String.fromCodePoint(code))
  .filter((character) => !/[\p{Cn}\p{Co}]/u.test(character));

describe('foldText', () => {
  it('makes every character equal to its capital, its small letter and its decomposition', () => {
    const forms = [
      (text: string) => text.toUpperCase(),
      (text: string) => text.toLowerCase(),
      (text: string) => text.normalize('NFD'),
      (text: string) => text.normalize('NFKD'),
      foldText,
    ];
    const apart = characters.filter((character) =>
      forms.some((form) => foldText(form(character)) !== foldText(character)),
    );
    expect(apart).toEqual([]);
  });

  it.each([
    ['Invoice-0042.PDF', 'invoice-0042.pdf'],
    ['STRASSE Stra\u00dfe \u1e9e', 'strasse strasse ss'],
    [
      '\u03a3\u038a\u03a3\u03a5\u03a6\u039f\u03a3 \u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c2',
      '\u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3 \u03c3\u03af\u03c3\u03c5\u03c6\u03bf\u03c3',
    ],
    ['\u0130stanbul i\u0307stanbul \u0131', 'istanbul istanbul i'],
    ['Cafe\u0301 o\ufb03ce \uff34\uff4f\uff4b\uff59\uff4f 5\u00b2 \u2163', 'caf\u00e9 office tokyo 52 iv'],
    ['by\u200btes pro\u00adpo\u00adlis \u202eabc\u202c e\u200d\u0301', 'bytes propolis abc \u00e9'],
  ])('folds %s', (text, folded) => {
    expect(foldText(text)).toBe(folded);
  });

  it('folds as PostgreSQL does', async () => {
    const texts = characters.flatMap((character) => [character, `a${character}\u0301 ${character}`]);
    const sql = `SELECT text, pagehive_fold(text) AS folded FROM unnest($1::text[]) text WHERE unicode_assigned(text)`;
    const rows: { text: string; folded: string }[] = [];
    for (let at = 0; at < texts.length; at += 50_000) {
      rows.push(...(await database.query<{ text: string; folded: string }>(sql, [texts.slice(at, at + 50_000)])));
    }
    expect(rows.length).toBeGreaterThan(250_000);
    expect(rows.filter(({ text, folded }) => foldText(text) !== folded)).toEqual([]);
  });
});
