import { RequestError } from '../../errors.ts';
import { isSearchable, type PageHit, searchPages } from '../../jobs/search.ts';
import { enough } from '../../jobs/sql/search-pages.ts';
import { cost } from '../admission/declarations.ts';
import { budgetOf, bytesOf } from '../answers/byte-budget.ts';
import { checkJobFilter, parseSearchQuery } from '../inputs/inputs.ts';
import { builder } from './builder.ts';
import { checkConnectionArgs, pageSize, uuidPattern } from './connection.ts';
import { JobFilter, jobsFilter } from './job/connection.ts';
import { Job } from './job/job.ts';
import { Page } from './page/page.ts';

const TextRange = builder.objectRef<{ start: number; end: number }>('TextRange').implement({
  description: 'A range of a text, in UTF-16 code units: `text.slice(start, end)` in JavaScript.',
  fields: (t) => ({
    start: t.exposeInt('start', { description: 'The first position of the range.' }),
    end: t.exposeInt('end', { description: 'The first position after the range.' }),
  }),
});

const PageHitType = builder.objectRef<PageHit>('PageHit').implement({
  description: 'A page that matches a search.',
  fields: (t) => ({
    job: t.prismaField({
      type: Job,
      description: 'The job that the page belongs to.',
      async resolve(query, { jobId }, _, { database }) {
        const job = await database.prisma.job.findUnique({ ...query, where: { id: jobId } });
        if (job === null) throw new RequestError('NOT_FOUND', { message: 'The job was deleted in the meantime.' });
        return job;
      },
    }),
    page: t.prismaField({
      type: Page,
      description: 'The page.',
      async resolve(query, { jobId, number }, _, { database }) {
        const where = { jobId_number: { jobId, number } };
        const page = await database.prisma.page.findUnique({ ...query, where });
        if (page === null) throw new RequestError('NOT_FOUND', { message: 'The page was deleted in the meantime.' });
        return page;
      },
    }),
    score: t.exposeFloat('score', { description: 'Relevance of the page; comparable within one search only.' }),
    snippet: t.exposeString('snippet', {
      description: 'The matching words with their context: plain text, never HTML.',
    }),
    highlights: t.expose('highlights', {
      extensions: cost({ items: 5 }),
      type: [TextRange],
      description: 'The positions of the matching words in the snippet.',
    }),
  }),
});

const PageHitConnection = builder.connectionObject<typeof PageHitType, { complete: boolean }>(
  {
    type: PageHitType,
    name: 'PageHitConnection',
    description: 'A page of the hits of a search, best first.',
    fields: (t) => ({
      complete: t.exposeBoolean('complete', {
        description: `Whether all pages with these words were considered. If words occur on more than ${enough} pages, only the newest pages are, at least ${enough} of them.`,
      }),
    }),
  },
  { name: 'PageHitEdge', description: 'A hit with its cursor.' },
);

const cursorPattern = new RegExp(`^(\\d[^_]{0,30})_${uuidPattern}_\\d{1,9}$`);

/** The score must fit PostgreSQL's real. */
function isCursor(text: string): boolean {
  const score = Number(cursorPattern.exec(text)?.[1] ?? Number.NaN);
  return Number.isFinite(score) && Number.isFinite(Math.fround(score)) && (score === 0 || Math.fround(score) !== 0);
}

function toCursor({ score, jobId, number }: PageHit): string {
  return `${score}_${jobId}_${number}`;
}

builder.queryField('searchPages', (t) =>
  t.field({
    type: PageHitConnection,
    extensions: cost({ points: 1_000 }),
    description:
      'Full-text search over the pages of completed jobs, best first. A query consists of words; use "quotes" for a phrase, `or` between alternatives, ' +
      'and a minus before a word that must not occur. Words match by their English stem, ignoring case and punctuation. In scripts without spaces, any ' +
      `sequence of characters matches. If words occur on more than ${enough} pages, only the newest pages are considered; see \`complete\`.`,
    args: {
      query: t.arg.string({ required: true, description: 'The query, 1 to 500 characters.' }),
      first: t.arg.int({ description: 'Maximum number of hits: 20 by default, at most 100.' }),
      after: t.arg.string({ description: 'Returns the hits after this cursor.' }),
      filter: t.arg({ type: JobFilter, description: 'Which jobs to search.' }),
    },
    async resolve(_, { query, first, after, filter }, context) {
      const { database, tenantId } = context;
      checkConnectionArgs({ first, after }, isCursor);
      checkJobFilter(filter);
      parseSearchQuery(query);
      if (!(await isSearchable(database, query))) {
        throw new RequestError('BAD_USER_INPUT', {
          issues: [
            {
              path: ['query'],
              code: 'NOT_SEARCHABLE',
              message: 'must contain a word to search for, not only excluded ones',
            },
          ],
        });
      }
      const limit = first ?? pageSize.defaultSize;
      const [score, jobId, number] = after?.split('_') ?? [];
      const from = score && jobId && number ? { score: Number(score), jobId, number: Number(number) } : null;
      const { hits: found, complete } = await searchPages(database, {
        query,
        filter: jobsFilter(tenantId, filter),
        limit: limit + 1,
        after: from,
      });
      const hits = found.slice(0, limit);
      budgetOf(context).draw(bytesOf(hits));
      const edges = hits.map((hit) => ({ cursor: toCursor(hit), node: hit }));
      return {
        complete,
        edges,
        pageInfo: {
          hasNextPage: found.length > limit,
          hasPreviousPage: after != null,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
      };
    },
  }),
);
