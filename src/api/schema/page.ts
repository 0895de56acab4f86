import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { storedLinks } from '../../jobs/stored-json.ts';
import type { Link } from '../../pdf/document.ts';
import type { ApiContext } from '../context.ts';
import { builder } from './builder.ts';
import { type ConnectionArgs, checkConnectionArgs, resolveKeyset } from './connection.ts';

const LinkType = builder.objectRef<Link>('Link').implement({
  description: 'A link on a page: either to a URL or to a page of the same document.',
  fields: (t) => ({
    text: t.exposeString('text', { nullable: true, description: 'The text under the link, where known.' }),
    url: t.exposeString('url', { nullable: true, description: 'Where it leads outside the document.' }),
    pageNumber: t.exposeInt('pageNumber', {
      nullable: true,
      description: 'The page it leads to inside the document (1-based).',
    }),
  }),
});

export const Page = builder.prismaObject('Page', {
  description: 'One page of a document.',
  select: { jobId: true, number: true },
  fields: (t) => ({
    number: t.exposeInt('number', { description: '1-based position in the document.' }),
    label: t.exposeString('label', {
      nullable: true,
      description: 'What a reader shows as page number, such as "iv"; null where the document defines none.',
    }),
    width: t.exposeFloat('width', { description: 'As displayed, in points (1/72 inch).' }),
    height: t.exposeFloat('height', { description: 'As displayed, in points (1/72 inch).' }),
    rotation: t.exposeInt('rotation', { description: 'Clockwise: 0, 90, 180 or 270 degrees.' }),
    text: t.exposeString('text', { description: 'Plain text in reading order.' }),
    markdown: t.exposeString('markdown', { description: 'The same with headings, lists and tables as Markdown.' }),
    links: t.field({
      type: [LinkType],
      select: { links: true },
      description: 'Links on the page, in the order of the document.',
      resolve: ({ links }) => storedLinks(links),
    }),
  }),
});

export const PageConnection = builder.connectionObject(
  { type: Page, name: 'PageConnection', description: 'A part of the pages, in page order.' },
  { name: 'PageEdge', description: 'A page and its cursor.' },
);

/** Pages of a job by keyset on their number, reading only the columns that were asked for. */
export function resolvePages(jobId: string, args: ConnectionArgs, context: ApiContext, info: GraphQLResolveInfo) {
  checkConnectionArgs(args, (text) => /^\d{1,9}$/.test(text));
  const query = queryFromInfo({ context, info, paths: [['nodes'], ['edges', 'node']], typeName: 'Page' });
  return resolveKeyset(
    args,
    (page: { number: number }) => String(page.number),
    ({ before, after, limit, inverted }) =>
      context.database.prisma.page.findMany({
        ...query,
        where: {
          jobId,
          number: { ...(after ? { gt: Number(after) } : {}), ...(before ? { lt: Number(before) } : {}) },
        },
        orderBy: { number: inverted ? 'desc' : 'asc' },
        take: limit,
      }),
  );
}
