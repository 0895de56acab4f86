import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { type ContentKey, listItems } from '../../jobs/content.ts';
import {
  pageAnnotations,
  pageBlocks,
  pageFacts,
  pageFormFields,
  pageHiddenTexts,
  pageLinks,
  pageMarkdown,
  pageText,
} from '../../jobs/page-content.ts';
import { storedFailure, storedImages } from '../../jobs/stored-json.ts';
import { needsOcr } from '../../pdf/content/needs-ocr.ts';
import type { Link } from '../../pdf/model/document.ts';
import { createBatcher } from '../batcher.ts';
import { loadContent, loadList } from '../content.ts';
import type { ApiContext } from '../context.ts';
import { imageUrl } from '../downloads/image-file.ts';
import { builder } from './builder.ts';
import { type ConnectionArgs, checkConnectionArgs, resolveKeyset } from './connection.ts';
import { Engine } from './enums.ts';
import {
  AnnotationType,
  BlockType,
  FormFieldType,
  HiddenTextType,
  OcrReason,
  PageFailure,
  PageFallback,
  PageOcrType,
} from './page-details.ts';

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

const ImageFailure = builder.enumType('ImageFailure', {
  description: 'Why a page has no image although one was asked for.',
  values: {
    CANNOT_RENDER: { description: 'No engine can draw it within the limits of memory and time.' },
    GIVEN_UP: {
      description: 'It was not tried: drawing others went wrong too often, or took half of `timeoutSeconds` in all.',
    },
  } as const,
});

interface PageKey {
  jobId: string;
  number: number;
}

/** What finds the contents of a page. */
function keyOf({ jobId, number }: PageKey): ContentKey {
  return { id: jobId, number };
}

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
    text: t.string({
      description: 'Plain text in reading order.',
      resolve: (page, _, context) => loadContent(context, pageText, keyOf(page)),
    }),
    markdown: t.string({
      description: 'The same with headings, lists and tables as Markdown.',
      resolve: (page, _, context) => loadContent(context, pageMarkdown, keyOf(page)),
    }),
    links: t.field({
      type: [LinkType],
      description: `The first ${listItems} links on the page, in the order of the document.`,
      resolve: (page, _, context) => loadList(context, pageLinks, keyOf(page)),
    }),
    engine: t.field({
      type: Engine,
      nullable: true,
      description: 'What read this page; null for pages stored before this was told.',
      resolve: async (page, _, context) => (await loadContent(context, pageFacts, keyOf(page))).engine,
    }),
    fallback: t.field({
      type: PageFallback,
      nullable: true,
      description: 'Why it was not the engine that read the document; null if it was.',
      resolve: async (page, _, context) => (await loadContent(context, pageFacts, keyOf(page))).fallback,
    }),
    needsOcr: t.boolean({
      description:
        'Whether there is more on the page than its text says, so that only OCR can read it, and OCR has not: see `ocr`.',
      resolve: async (page, _, context) => needsOcr(await loadContent(context, pageFacts, keyOf(page))),
    }),
    ocrReason: t.field({
      type: OcrReason,
      nullable: true,
      description: 'Why it needs OCR, or needed it before that was done; null if its own text is all there is.',
      resolve: async (page, _, context) => (await loadContent(context, pageFacts, keyOf(page))).ocrReason,
    }),
    ocr: t.field({
      type: PageOcrType,
      nullable: true,
      description: 'What OCR made of the page; null where it was not asked for (`options.ocr`) or not needed.',
      resolve: async (page, _, context) => (await loadContent(context, pageFacts, keyOf(page))).ocr,
    }),
    language: t.string({
      nullable: true,
      description: 'The language of its text, such as "en": a guess; null where there is too little to tell.',
      resolve: async (page, _, context) => (await loadContent(context, pageFacts, keyOf(page))).language,
    }),
    hiddenText: t.field({
      type: [HiddenTextType],
      description: `Text that readers do not see, and why they do not. It is in neither text nor Markdown. The first ${listItems}.`,
      resolve: (page, _, context) => loadList(context, pageHiddenTexts, keyOf(page)),
    }),
    thumbnailUrl: t.string({
      nullable: true,
      select: { images: true },
      description:
        'A small image of the page, if `options.thumbnails` asked for it: absolute, signed and good for an hour or more, so an <img> on any site can show it. ' +
        'For an hour it is the same URL, which browsers cache.',
      resolve: ({ jobId, number, images }, _, context) => imageUrl(context, jobId, number, images, 'thumbnail'),
    }),
    imageUrl: t.string({
      nullable: true,
      select: { images: true },
      description: 'A large image of the page, if `options.pageImages` asked for it; otherwise as `thumbnailUrl`.',
      resolve: ({ jobId, number, images }, _, context) => imageUrl(context, jobId, number, images, 'image'),
    }),
    imageFailure: t.field({
      type: ImageFailure,
      nullable: true,
      select: { images: true },
      description: 'Why there is no image although one was asked for; null otherwise. It never fails a job.',
      resolve: ({ images }) => storedImages(images)?.failure ?? null,
    }),
    failure: t.field({
      type: PageFailure,
      nullable: true,
      select: { failure: true },
      description: 'Why no engine could read the page, which is empty then; null for a page that was read.',
      resolve: ({ failure }) => storedFailure(failure),
    }),
    annotations: t.field({
      type: [AnnotationType],
      description: `The first ${listItems} comments, highlights, stamps and the like.`,
      resolve: (page, _, context) => loadList(context, pageAnnotations, keyOf(page)),
    }),
    formFields: t.field({
      type: [FormFieldType],
      description: `The first ${listItems} form fields, with what is filled in.`,
      resolve: (page, _, context) => loadList(context, pageFormFields, keyOf(page)),
    }),
    blocks: t.field({
      type: [BlockType],
      description: `The first ${listItems} parts of the page in reading order, with their places.`,
      resolve: (page, _, context) => loadList(context, pageBlocks, keyOf(page)),
    }),
  }),
});

export const PageConnection = builder.connectionObject(
  { type: Page, name: 'PageConnection', description: 'A part of the pages, in page order.' },
  { name: 'PageEdge', description: 'A page and its cursor.' },
);

const pagesOfJobs = createBatcher<string, PageKey[]>();

/** Pages of a job by keyset on their number, those of all jobs of a list together. Only the columns asked for are read. */
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
