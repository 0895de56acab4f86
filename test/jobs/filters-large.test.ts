import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { defaultTenantId } from '../../src/api/context.ts';
import { type Database, openDatabase } from '../../src/connections/database.ts';
import { embeddedApiUrl } from '../../src/connections/embedded-postgres.ts';
import { asTenant } from '../../src/connections/postgres/tenant.ts';
import { countJobs, listJobs } from '../../src/jobs/list.ts';
import { countedUpTo } from '../../src/jobs/list-limits.ts';
import { searchPages } from '../../src/jobs/search.ts';
import { createLogger } from '../../src/ops/logger.ts';
import { createDatabase } from '../service.ts';
import { insertManyJobs } from './many-jobs.ts';
import { readsBy } from './plan-reads.ts';
import { type Filter, scanFor, whereOf } from './scan-jobs.ts';

vi.setConfig({ hookTimeout: 240_000 });

const jobs = 400_000;
const pageSize = 21;

let home: Awaited<ReturnType<typeof createDatabase>>;
let database: Database;
beforeAll(async () => {
  home = await createDatabase();
  await insertManyJobs(home.url, jobs);
  // As the API's role: row-level security keeps the planner from some indexes.
  const url = embeddedApiUrl(home.url);
  database = openDatabase({ url, name: 'test', byTenant: true, logger: createLogger({ logLevel: 'silent' }, 'test') });
});
afterAll(async () => {
  await database[Symbol.asyncDispose]();
  await home.drop();
});

const tenantId = defaultTenantId;

/** Runs a test in the name of the tenant. */
const mine =
  <Args extends unknown[]>(run: (...args: Args) => Promise<void>) =>
  (...args: Args) =>
    asTenant(tenantId, () => run(...args));

const unfinished = ['PENDING', 'RUNNING', 'RETRYING'] as const;
const batchId = '00000000-0000-7000-9000-000000000001';

/** Maximum rows that a list and a count may read. */
const few = { list: 200, count: countedUpTo + 10 };
/** The first 2,000 rows, 6,000 of them, or names from the index. */
const byName = { list: 8_100, count: 11_100 };
/** A list of at most 16,000 rows, read whole. */
const whole = { list: 16_050, count: 16_050 };

const filters: [string, Filter, typeof few][] = [
  ['nothing', {}, few],
  ['a frequent status', { statuses: ['COMPLETED'] }, few],
  ['a rare status', { statuses: ['RUNNING'] }, few],
  ['failures', { statuses: ['FAILED'] }, few],
  ['the unfinished statuses', { statuses: unfinished }, few],
  ['all statuses', { statuses: [...unfinished, 'COMPLETED', 'FAILED', 'CANCELLED'] }, few],
  ['a failure code', { failureCodes: ['TIME_LIMIT'] }, few],
  ['several failure codes', { failureCodes: ['TIME_LIMIT', 'NOT_A_PDF', 'QUARANTINED'] }, few],
  ['a frequent failure code', { failureCodes: ['PDF_DAMAGED'] }, few],
  ['a failure code and a status', { failureCodes: ['TIME_LIMIT'], statuses: ['RETRYING', 'FAILED'] }, few],
  ['a failure code that never occurs with the status', { failureCodes: ['TIME_LIMIT'], statuses: ['COMPLETED'] }, few],
  ['a time', { createdAfter: new Date(1_700_001_000_000), createdBefore: new Date(1_700_001_010_000) }, few],
  ['a status long ago', { statuses: ['CANCELLED'], createdBefore: new Date(1_700_000_400_000) }, few],
  ['a frequent name', { name: 'INVOICE' }, byName],
  ['a name of one character', { name: 'i' }, byName],
  ['a rare name', { name: 'grüsse' }, byName],
  ['a rare name with other letters', { name: 'GRÜẞE VOM' }, byName],
  ['one name', { name: 'invoice-0123448' }, byName],
  ['the end of a name', { name: '23448.PDF' }, byName],
  ['a rare character', { name: 'ü' }, byName],
  ['two rare characters', { name: 'üß' }, byName],
  ['a name without matches', { name: 'griffin' }, byName],
  ['a name without matches but with frequent parts', { name: 'invoice-scan' }, byName],
  ['a name and a status', { name: 'invoice', statuses: ['FAILED'] }, byName],
  ['a rare name and a status', { name: 'greif', statuses: ['COMPLETED', 'FAILED'] }, byName],
  [
    'a frequent name and a status without such names',
    { name: 'invoice', statuses: ['CANCELLED'], createdAfter: new Date(0) },
    whole,
  ],
  ['a frequent name among the unfinished statuses', { name: 'invoice', statuses: unfinished }, whole],
  ['a name and a failure code', { name: 'scan', failureCodes: ['PDF_DAMAGED'] }, whole],
  [
    'all conditions together',
    {
      name: 'scan 1',
      statuses: ['FAILED'],
      failureCodes: ['PDF_DAMAGED'],
      createdAfter: new Date(1_700_000_100_000),
      createdBefore: new Date(1_700_003_900_000),
    },
    whole,
  ],
  ['a batch', { batchId }, { list: 2_000, count: 2_000 }],
  [
    'a batch and other conditions',
    { batchId, statuses: ['COMPLETED'], name: 'scan', failureCodes: ['NOT_A_PDF'] },
    { list: 2_000, count: 2_000 },
  ],
];

describe(`a filter among ${jobs} jobs`, () => {
  it.each(filters)(
    'by %s reads few rows and scans no whole table',
    mine(async (_, filter, most) => {
      for (const inverted of [false, true]) {
        const { rows, whole } = await readsBy(database, (recorded) =>
          listJobs(recorded, { tenantId, ...filter }, { limit: pageSize, inverted }),
        );
        expect(whole).toEqual([]);
        expect(rows).toBeLessThanOrEqual(most.list);
      }
      const { rows, whole } = await readsBy(database, (recorded) => countJobs(recorded, { tenantId, ...filter }));
      expect(whole).toEqual([]);
      expect(rows).toBeLessThanOrEqual(most.count);
    }),
  );

  it.each(filters)(
    'by %s finds the same jobs as a full scan',
    mine(async (_, filter) => {
      const all = await scanFor(database, filter);
      if (filter.name && /[^ -~]/.test(filter.name)) expect(all).not.toEqual([]);
      const read = (part: object) =>
        listJobs(database, { tenantId, ...filter }, { limit: pageSize, inverted: false, ...part });
      expect(await read({})).toEqual(all.slice(0, pageSize));
      expect(await read({ inverted: true })).toEqual(all.slice(-pageSize).reverse());
      const middle = Math.floor(all.length / 2);
      expect(await read({ after: all[middle] })).toEqual(all.slice(middle + 1, middle + 1 + pageSize));
      expect(await read({ before: all[middle], inverted: true })).toEqual(
        all.slice(Math.max(0, middle - pageSize), middle).reverse(),
      );
      const { count, exact } = await countJobs(database, { tenantId, ...filter });
      if (exact) expect(count).toBe(all.length);
      else {
        expect(all.length).toBeGreaterThan(countedUpTo);
        expect(count).toBeGreaterThan(0.7 * all.length);
        expect(count).toBeLessThan(1.4 * all.length);
      }
    }),
  );
});

/** Maximum rows of a search: the newest 2,000 jobs and 2,000 names from the index, read there and in the table. */
const mostOfSearch = 7_000;

/** Names, statuses, codes and times to combine: frequent, rare, clustered in time, and without any job. */
const names = ['invoice', 'i', '00', 'scan 12', 'invoice-00', 'greif', '23448.pdf', 'invoice-scan', 'griffin'];
const statusSets = [undefined, ['COMPLETED'], ['CANCELLED'], ['FAILED', 'COMPLETED'], unfinished] as const;
const codeSets = [undefined, ['PDF_DAMAGED'], ['TIME_LIMIT', 'NOT_A_PDF', 'PDF_DAMAGED', 'DOWNLOAD_FAILED']];
const times = [{}, { createdBefore: new Date(1_700_000_400_000) }, { createdAfter: new Date(1_700_003_600_000) }];

/**
 * Maximum rows of a combination. A list reads the first 2,000 rows, 12,000 more, and then either its rows or the names
 * in the index, each of which counts twice in a plan. A count reads 4,000 rows and 2,000 of up to 10,000 names in the
 * index, and checks these, or a list of at most 16,000 rows.
 */
const combined = { list: 45_000, count: 18_100 };

describe(`each combination of a name with other conditions among ${jobs} jobs`, () => {
  it.each(names)(
    'reads few rows for the name %s',
    { timeout: 240_000 },
    mine(async (name) => {
      for (const statuses of statusSets) {
        for (const failureCodes of codeSets) {
          for (const time of times) {
            const filter = { tenantId, name, statuses, failureCodes, ...time };
            const label = JSON.stringify(filter);
            const list = await readsBy(database, (recorded) =>
              listJobs(recorded, filter, { limit: pageSize, inverted: false }),
            );
            expect({ ...list, rows: list.rows <= combined.list ? 'few' : list.rows }, label).toEqual({
              rows: 'few',
              whole: [],
            });
            const count = await readsBy(database, (recorded) => countJobs(recorded, filter));
            expect({ ...count, rows: count.rows <= combined.count ? 'few' : count.rows }, label).toEqual({
              rows: 'few',
              whole: [],
            });
          }
        }
      }
    }),
  );
});

describe(`a search in few pages of ${jobs} jobs`, () => {
  it.each<[string, string, string, Filter]>([
    ['a word of every page', 'griffin', 'griffin', {}],
    ['a phrase', '"guards page 7 of"', 'guards page 7 of', {}],
    ['a word of one page', '77', ' 77 ', {}],
    ['a word of no page', 'unicorn', 'unicorn', {}],
    ['a word among jobs of some statuses', 'griffin', 'griffin', { statuses: ['COMPLETED', 'FAILED'] }],
    ['a word among jobs without pages', 'griffin', 'griffin', { statuses: ['FAILED'] }],
    ['a word among jobs with a frequent name', 'griffin', 'griffin', { name: 'invoice' }],
    ['a word among jobs with a rare name', 'griffin', 'griffin', { name: 'scan 12' }],
    ['a word among jobs with a failure', 'griffin', 'griffin', { failureCodes: ['TIME_LIMIT'] }],
    ['a word among old jobs', 'griffin', 'griffin', { createdBefore: new Date(1_700_000_100_000) }],
  ])(
    'for %s finds its pages, reads few rows and scans no whole table',
    mine(async (_, query, text, filter) => {
      const one = { query, filter: { tenantId, ...filter }, limit: 1_000, after: null };
      const count = await database.prisma.page.count({ where: { text: { contains: text }, job: whereOf(filter) } });
      const { hits, complete } = await searchPages(database, one);
      expect({ hits: hits.length, complete }).toEqual({ hits: count, complete: true });
      const { rows, whole } = await readsBy(database, (recorded) => searchPages(recorded, one));
      expect(whole).toEqual([]);
      expect(rows).toBeLessThanOrEqual(mostOfSearch);
    }),
  );

  it(
    'has pages to find',
    mine(async () => {
      expect(await database.prisma.page.count()).toBeGreaterThan(100);
    }),
  );
});
