import { encodeId } from '../../ids.ts';
import { type ContentKey, listItems } from '../../jobs/content.ts';
import {
  documentAttachments,
  documentFacts,
  documentMetadata,
  documentOutline,
  unreadablePages,
  wholeText,
} from '../../jobs/job-content.ts';
import type { DocumentMetadata, EngineName, OutlineItem, Permissions } from '../../pdf/model/document.ts';
import { createBatcher } from '../batcher.ts';
import { loadContent, loadList } from '../content.ts';
import { downloadOf } from '../downloads/download.ts';
import { jobFileBytes } from '../downloads/job-file.ts';
import { AttachmentType } from './attachment.ts';
import { builder } from './builder.ts';
import { Download, ResultFormat } from './download.ts';
import { Engine } from './enums.ts';
import { Page, PageConnection, resolvePages } from './page.ts';

const PermissionsType = builder.objectRef<Permissions>('Permissions').implement({
  description: "What an encrypted document lets those do who open it without its owner's password.",
  fields: (t) => ({
    print: t.exposeBoolean('print', { description: 'Print it.' }),
    printHighQuality: t.exposeBoolean('printHighQuality', { description: 'Print it in full quality.' }),
    modify: t.exposeBoolean('modify', { description: 'Change it.' }),
    copy: t.exposeBoolean('copy', { description: 'Copy text and pictures.' }),
    annotate: t.exposeBoolean('annotate', { description: 'Comment on it.' }),
    fillForms: t.exposeBoolean('fillForms', { description: 'Fill in its forms.' }),
    assemble: t.exposeBoolean('assemble', { description: 'Insert, turn and delete pages.' }),
  }),
});

const DocumentFallbackType = builder.enumType('DocumentFallback', {
  description: 'Why LITEPARSE did not read a document with engine AUTO.',
  values: {
    NO_BINARY: { description: 'It does not run on the machine of the worker.' },
    CANNOT_OPEN: { description: 'It cannot open the document.' },
    AVOIDED: { description: 'It crashed on the document, or ran out of time or memory just before.' },
  },
});

const DocumentNoticeType = builder.enumType('DocumentNotice', {
  description: 'Something that a client should know about a whole result.',
  values: {
    DYNAMIC_FORM: {
      description:
        'The document is a dynamic XFA form. Only programs that run XFA, such as Adobe Acrobat, show its real pages; the pages here say what other readers show, often "Please wait…".',
    },
  } as const,
});

const Metadata = builder.objectRef<DocumentMetadata>('DocumentMetadata').implement({
  description: "What the document says about itself. Its author's words: they may be wrong.",
  fields: (t) => ({
    title: t.exposeString('title', { nullable: true, description: 'Title.' }),
    author: t.exposeString('author', { nullable: true, description: 'Author.' }),
    subject: t.exposeString('subject', { nullable: true, description: 'Subject.' }),
    keywords: t.exposeString('keywords', { nullable: true, description: 'Keywords, as they stand.' }),
    creator: t.exposeString('creator', { nullable: true, description: 'The program the document was written with.' }),
    producer: t.exposeString('producer', { nullable: true, description: 'The program that made the PDF.' }),
    createdAt: t.expose('createdAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When the document was made; null where absent or not a date.',
    }),
    modifiedAt: t.expose('modifiedAt', {
      type: 'DateTime',
      nullable: true,
      description: 'When it was last changed; null where absent or not a date.',
    }),
    pdfVersion: t.exposeString('pdfVersion', { nullable: true, description: 'Such as "1.7".' }),
    tagged: t.exposeBoolean('tagged', { description: 'Whether it carries a logical structure (Tagged PDF).' }),
    encrypted: t.exposeBoolean('encrypted', {
      description: 'Whether it is encrypted, with or without a password to open it.',
    }),
    permissions: t.expose('permissions', {
      type: PermissionsType,
      nullable: true,
      description: 'What it lets readers do; null where it restricts nothing.',
    }),
    language: t.exposeString('language', { nullable: true, description: 'As the document says, such as "en-GB".' }),
    xmp: t.exposeString('xmp', {
      nullable: true,
      description: 'Its XMP packet, as it stands; null where absent or longer than 64 KiB.',
    }),
  }),
});

const Outline = builder.objectRef<OutlineItem>('OutlineItem').implement({
  description: 'One bookmark.',
  fields: (t) => ({
    title: t.exposeString('title', { description: 'Its text.' }),
    depth: t.exposeInt('depth', { description: '0 for the top level.' }),
    pageNumber: t.exposeInt('pageNumber', {
      nullable: true,
      description: 'Where it leads (1-based); null if to no page of this document.',
    }),
  }),
});

interface CompletedJob {
  id: string;
  engine: EngineName | null;
}

/** What finds the contents of a result. */
function keyOf({ id }: CompletedJob): ContentKey {
  return { id, number: null };
}

const fileBytes = createBatcher<string, number | null>();

const tooLarge = 'RESULT_TOO_LARGE above 8 MiB: use `download` then.';

export const JobResult = builder.objectRef<CompletedJob>('JobResult').implement({
  description: 'What came out of a completed job.',
  fields: (t) => ({
    pageCount: t.int({
      description: 'Pages of the document, also those that were not asked for.',
      resolve: async (result, _, context) => (await loadContent(context, documentFacts, keyOf(result))).pageCount,
    }),
    engine: t.expose('engine', {
      type: Engine,
      nullable: true,
      description: 'What read the pages (the last of them, if engines changed).',
    }),
    fallback: t.field({
      type: DocumentFallbackType,
      nullable: true,
      description:
        'Why PDFJS read it although engine AUTO prefers LITEPARSE; null if it did not. Pages have their own.',
      resolve: async (result, _, context) => (await loadContent(context, documentFacts, keyOf(result))).fallback,
    }),
    notices: t.field({
      type: [DocumentNoticeType],
      description: 'What to know before using the result; empty for nearly all documents.',
      resolve: async (result, _, context) => (await loadContent(context, documentFacts, keyOf(result))).notices,
    }),
    unreadablePages: t.intList({
      description:
        'The numbers of the pages that no engine could read, in order: `Page.failure` has the reason of each.',
      resolve: (result, _, context) => loadContent(context, unreadablePages, keyOf(result)),
    }),
    attachments: t.field({
      type: [AttachmentType],
      description: 'The files inside the document, 1,000 at most; those that are pinned to pages come last.',
      async resolve(result, _, context) {
        const found = await loadList(context, documentAttachments, keyOf(result));
        return found.map((attachment, index) => ({ ...attachment, jobId: result.id, index }));
      },
    }),
    metadata: t.field({
      type: Metadata,
      description: 'What the document says about itself.',
      resolve: (result, _, context) => loadContent(context, documentMetadata, keyOf(result)),
    }),
    text: t.string({
      nullable: true,
      description: `The text of all pages, a form feed between them. ${tooLarge}`,
      resolve: (result, _, context) => loadContent(context, wholeText('text'), keyOf(result)),
    }),
    markdown: t.string({
      nullable: true,
      description: `The Markdown of all pages, a form feed between them. ${tooLarge}`,
      resolve: (result, _, context) => loadContent(context, wholeText('markdown'), keyOf(result)),
    }),
    download: t.field({
      type: Download,
      args: { format: t.arg({ type: ResultFormat, required: true, description: 'What it is to be downloaded as.' }) },
      description: 'All of it as a file, of whatever size.',
      async resolve({ id }, { format }, context) {
        const bytes = await fileBytes(context, format, id, (ids) => jobFileBytes(context.database, ids, format));
        return downloadOf(context, encodeId('job', id), format, bytes);
      },
    }),
    outline: t.field({
      type: [Outline],
      description: `The first ${listItems} bookmarks, flat, in reading order.`,
      resolve: (result, _, context) => loadList(context, documentOutline, keyOf(result)),
    }),
    pages: t.field({
      type: PageConnection,
      args: t.arg.connectionArgs(),
      description: 'The pages, in order.',
      resolve: ({ id }, args, context, info) => resolvePages(id, args, context, info),
    }),
    page: t.prismaField({
      type: Page,
      nullable: true,
      args: { number: t.arg.int({ required: true, description: '1-based.' }) },
      description: 'One page by its number; null if there is no such page, or it was not asked for.',
      resolve: (query, { id }, { number }, { database }) =>
        database.prisma.page.findUnique({ ...query, where: { jobId_number: { jobId: id, number } } }),
    }),
  }),
});
