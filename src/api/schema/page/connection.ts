import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { createBatcher } from '../../answers/batcher.ts';
import type { ApiContext } from '../../context.ts';
import { builder } from '../builder.ts';
import { type ConnectionArgs, checkConnectionArgs, resolveKeyset } from '../connection.ts';
import { Page, type PageKey } from './page.ts';

export const PageConnection = builder.connectionObject(
  { type: Page, name: 'PageConnection', description: 'A page of the pages of a document, in document order.' },
  { name: 'PageEdge', description: 'A page with its cursor.' },
);

const pagesOfJobs = createBatcher<string, PageKey[]>();

/** Pages of a job by keyset on their number; those of all jobs of a list together. Reads only the requested columns. */
export function resolvePages(jobId: string, args: ConnectionArgs, context: ApiContext, info: GraphQLResolveInfo) {
  checkConnectionArgs(args, (text) => /^\d{1,9}$/.test(text));
  const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']], typeName: 'Page' });
  return resolveKeyset(
    context,
    args,
    ({ number }: PageKey) => String(number),
    ({ before, after, limit, inverted }) =>
      pagesOfJobs(context, info.fieldNodes, jobId, async (ids) => {
        const jobs = await context.database.prisma.job.findMany({
          where: { id: { in: [...ids] } },
          select: {
            id: true,
            pages: {
              ...query,
              where: { number: { ...(after ? { gt: Number(after) } : {}), ...(before ? { lt: Number(before) } : {}) } },
              orderBy: { number: inverted ? 'desc' : 'asc' },
              take: limit,
            },
          },
        });
        const pages = new Map(jobs.map((job) => [job.id, job.pages]));
        return ids.map((id) => pages.get(id) ?? []);
      }),
  );
}
