import { expect, it } from 'vitest';
import { openDatabase } from '../../src/connections/database.ts';
import { foldName } from '../../src/jobs/folded-name.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createDatabase } from '../service.ts';

it('folds a name as PostgreSQL does', async () => {
  const names = [
    'Invoice-0042.PDF',
    'STRASSE Stra\u00dfe \u1e9e',
    '\u039c\u0395\u039b\u0399\u03a3 \u03bc\u03ad\u03bb\u03b9\u03c2',
    '\u0130stanbul \u0131',
    'Cafe\u0301 o\ufb03ce \uff34\uff4f\uff4b\uff59\uff4f 5\u00b2 \u2163',
    'by\u200btes pro\u00adpo\u00adlis \u202eabc\u202c',
    '\u0410\u0411\u0412 \u0531\u0532 \u{10400} \u{1f41d}',
  ];
  const { url, drop } = await createDatabase();
  const logger = createLogger({ logLevel: 'silent' }, 'test');
  await using _home = { [Symbol.asyncDispose]: drop };
  await using database = openDatabase({ url, name: 'test', logger });
  const sql =
    'SELECT pagehive_fold(name) AS folded FROM unnest($1::text[]) WITH ORDINALITY t(name, place) ORDER BY place';
  const rows = await database.query<{ folded: string }>(sql, [names]);
  expect(names.map(foldName)).toEqual(rows.map(({ folded }) => folded));
});
