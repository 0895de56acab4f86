import { queryFromInfo } from '@pothos/plugin-prisma';
import type { GraphQLResolveInfo } from 'graphql';
import { storedDetails, storedFailure, storedImages, storedLinks } from '../../jobs/stored-json.ts';
import { needsOcr } from '../../pdf/content/needs-ocr.ts';
import type { Link } from '../../pdf/model/document.ts';
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
    engine: t.field({
      type: Engine,
      nullable: true,
      select: { details: true },
      description: 'What read this page; null for pages stored before this was told.',
      resolve: ({ details }) => storedDetails(details).engine,
    }),
    fallback: t.field({
      type: PageFallback,
      nullable: true,
      select: { details: true },
      description: 'Why it was not the engine that read the document; null if it was.',
      resolve: ({ details }) => storedDetails(details).fallback,
    }),
    needsOcr: t.boolean({
      select: { details: true },
      description:
        'Whether there is more on the page than its text says, so that only OCR can read it, and OCR has not: see `ocr`.',
      resolve: ({ details }) => needsOcr(storedDetails(details)),
    }),
    ocrReason: t.field({
      type: OcrReason,
      nullable: true,
      select: { details: true },
      description: 'Why it needs OCR, or needed it before that was done; null if its own text is all there is.',
      resolve: ({ details }) => storedDetails(details).ocrReason,
    }),
    ocr: t.field({
      type: PageOcrType,
      nullable: true,
      select: { details: true },
      description: 'What OCR made of the page; null where it was not asked for (`options.ocr`) or not needed.',
      resolve: ({ details }) => storedDetails(details).ocr,
    }),
    language: t.string({
      nullable: true,
      select: { details: true },
      description: 'The language of its text, such as "en": a guess; null where there is too little to tell.',
      resolve: ({ details }) => storedDetails(details).language,
    }),
    hiddenText: t.field({
      type: [HiddenTextType],
      select: { details: true },
      description: 'Text that readers do not see, by why they do not. It is in neither text nor Markdown.',
      resolve: ({ details }) => storedDetails(details).hidden,
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
      select: { details: true },
      description: 'Comments, highlights, stamps and the like.',
      resolve: ({ details }) => storedDetails(details).annotations,
    }),
    formFields: t.field({
      type: [FormFieldType],
      select: { details: true },
      description: 'Fields of forms, with what is filled in.',
      resolve: ({ details }) => storedDetails(details).formFields,
    }),
    blocks: t.field({
      type: [BlockType],
      select: { details: true },
      description: 'The parts of the page in reading order, with their places.',
      resolve: ({ details }) => storedDetails(details).blocks,
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
