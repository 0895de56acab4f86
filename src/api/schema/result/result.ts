import { encodeId } from '../../../ids.ts';
import type { EngineName } from '../../../pdf/model/document.ts';
import type { ContentKey } from '../../../results/content.ts';
import {
  documentAttachments,
  documentFacts,
  documentMetadata,
  documentOutline,
  unreadablePages,
  wholeText,
} from '../../../results/job-content.ts';
import { cost } from '../../admission/declarations.ts';
import { createBatcher } from '../../answers/batcher.ts';
import { loadContent, loadList } from '../../answers/content.ts';
import { downloadOf } from '../../downloads/download.ts';
import { jobFileBytes } from '../../downloads/job-file.ts';
import { builder } from '../builder.ts';
import { Download, ResultFormat } from '../download.ts';
import { Engine } from '../enums.ts';
import { PageConnection, resolvePages } from '../page/connection.ts';
import { Page } from '../page/page.ts';
import { beginning, listArgs, resolveList } from '../stored-list.ts';
import { Attachment } from './attachment.ts';
import { DocumentMetadata } from './document-metadata.ts';
import { OutlineConnection, OutlineItem } from './outline.ts';

const DocumentFallback = builder.enumType('DocumentFallback', {
  description: 'Why PDFIUM did not read a document although the requested engine was AUTO.',
  values: {
    CANNOT_OPEN: { description: 'PDFIUM cannot open the document.' },
    AVOIDED: { description: 'PDFIUM crashed on the document before, or ran out of time or memory.' },
  } as const,
});

const DocumentNotice = builder.enumType('DocumentNotice', {
  description: 'What a client should know before it uses a result.',
  values: {
    DYNAMIC_FORM: {
      description:
        'The document is a dynamic XFA form. Only programs that run XFA, such as Adobe Acrobat, show its real pages. The pages here have what ' +
        'other readers show, often "Please wait…".',
    },
  } as const,
});

interface CompletedJob {
  id: string;
  engine: EngineName | null;
}

/** Identifies the contents of a result. */
function keyOf({ id }: CompletedJob): ContentKey {
  return { id, number: null };
}

const fileBytes = createBatcher<string, number | null>();

const tooLarge = 'A text over 8 MiB is RESULT_TOO_LARGE: use `download`.';

export const JobResult = builder.objectRef<CompletedJob>('JobResult').implement({
  description: 'The result of a completed job.',
  fields: (t) => ({
    pageCount: t.int({
      description: 'Number of pages of the document, including pages that were not requested.',
      resolve: async (result, _, context) => (await loadContent(context, documentFacts, keyOf(result))).pageCount,
    }),
    engine: t.expose('engine', {
      type: Engine,
      nullable: true,
      description: 'The engine that read the pages; the one that read the last of them if engines changed.',
    }),
    fallback: t.field({
      type: DocumentFallback,
      nullable: true,
      description:
        'Why PDFJS read the document although the requested engine was AUTO; null if it did not. Pages have a fallback of their own.',
      resolve: async (result, _, context) => (await loadContent(context, documentFacts, keyOf(result))).fallback,
    }),
    notices: t.field({
      type: [DocumentNotice],
      description: 'What to know before using the result; empty for nearly all documents.',
      resolve: async (result, _, context) => (await loadContent(context, documentFacts, keyOf(result))).notices,
    }),
    unreadablePages: t.intList({
      description: 'The numbers of the pages that no engine could read, in order. `Page.failure` has the reasons.',
      resolve: (result, _, context) => loadContent(context, unreadablePages, keyOf(result)),
    }),
    metadata: t.field({
      type: DocumentMetadata,
      description: 'Title, author and other metadata of the document.',
      resolve: (result, _, context) => loadContent(context, documentMetadata, keyOf(result)),
    }),
    text: t.string({
      extensions: cost({ points: 500 }),
      nullable: true,
      description: `The text of all pages, separated by form feeds. ${tooLarge}`,
      resolve: (result, _, context) => loadContent(context, wholeText('text'), keyOf(result)),
    }),
    markdown: t.string({
      extensions: cost({ points: 500 }),
      nullable: true,
      description: `The Markdown of all pages, separated by form feeds. ${tooLarge}`,
      resolve: (result, _, context) => loadContent(context, wholeText('markdown'), keyOf(result)),
    }),
    download: t.field({
      type: Download,
      args: { format: t.arg({ type: ResultFormat, required: true, description: 'The file format.' }) },
      description: 'The whole result as a file, of any size.',
      async resolve({ id }, { format }, context) {
        const bytes = await fileBytes(context, format, id, (ids) => jobFileBytes(context.database, ids, format));
        return downloadOf(context, encodeId('job', id), format, bytes);
      },
    }),
    outline: t.field({
      extensions: cost({ items: 50 }),
      type: [OutlineItem],
      description: `The bookmarks as a flat list, in document order: ${beginning('outlineConnection')}`,
      resolve: (result, _, context) => loadList(context, documentOutline, keyOf(result)),
    }),
    outlineConnection: t.field({
      type: OutlineConnection,
      args: listArgs,
      description: 'All bookmarks as a flat list, in document order. At most 20,000 are kept.',
      resolve: (result, args, context) => resolveList(context, documentOutline, keyOf(result), args),
    }),
    attachments: t.field({
      extensions: cost({ items: 2 }),
      type: [Attachment],
      description: 'The files inside the document, at most 1,000. Files that are pinned to pages come last.',
      async resolve(result, _, context) {
        const found = await loadList(context, documentAttachments, keyOf(result));
        return found.map((attachment, index) => ({ ...attachment, jobId: result.id, index }));
      },
    }),
    pages: t.field({
      type: PageConnection,
      args: t.arg.connectionArgs(),
      description: 'The pages, in document order.',
      resolve: ({ id }, args, context, info) => resolvePages(id, args, context, info),
    }),
    page: t.prismaField({
      type: Page,
      nullable: true,
      args: { number: t.arg.int({ required: true, description: 'The number of the page, counting from 1.' }) },
      description: 'The page with this number; null if it does not exist or was not requested.',
      resolve: (query, { id }, { number }, { database }) =>
        database.prisma.page.findUnique({ ...query, where: { jobId_number: { jobId: id, number } } }),
    }),
  }),
});
