import { encodePageId } from '../../../ids.ts';
import { needsOcr } from '../../../pdf/content/needs-ocr.ts';
import type { ContentKey } from '../../../results/content.ts';
import {
  pageAnnotations,
  pageBlocks,
  pageFacts,
  pageFormFields,
  pageHiddenTexts,
  pageLinks,
  pageMarkdown,
  pageText,
} from '../../../results/page-content.ts';
import { type PageFacts, storedFailure, storedImages } from '../../../results/stored-json.ts';
import { cost } from '../../admission/declarations.ts';
import { loadContent, loadList } from '../../answers/content.ts';
import type { ApiContext } from '../../context.ts';
import { imageUrl } from '../../downloads/image-file.ts';
import { builder } from '../builder.ts';
import { Engine } from '../enums.ts';
import { Node } from '../node.ts';
import { beginning, listArgs, resolveList } from '../stored-list.ts';
import { Annotation, AnnotationConnection } from './annotation.ts';
import { Block, BlockConnection } from './block.ts';
import { ImageFailure, PageFailure, PageFallback } from './failure.ts';
import { FormField, FormFieldConnection } from './form-field.ts';
import { HiddenText, HiddenTextConnection } from './hidden-text.ts';
import { Link, LinkConnection } from './link.ts';
import { OcrReason, PageOcr } from './ocr.ts';

export interface PageKey {
  jobId: string;
  number: number;
}

/** Identifies the contents of a page. */
function keyOf({ jobId, number }: PageKey): ContentKey {
  return { id: jobId, number };
}

function factsOf(page: PageKey, context: ApiContext): Promise<PageFacts> {
  return loadContent(context, pageFacts, keyOf(page));
}

export const Page = builder.prismaObject('Page', {
  description: 'A page of a document.',
  interfaces: [Node],
  select: { jobId: true, number: true },
  fields: (t) => ({
    id: t.id({
      description:
        'The global id, such as page_01h455vb4pex5vsknk084sn02q_12. It stays the same when a job is retried.',
      resolve: ({ jobId, number }) => encodePageId(jobId, number),
    }),
    number: t.exposeInt('number', { description: 'Position in the document, counting from 1.' }),
    label: t.exposeString('label', {
      nullable: true,
      description: 'The page number that PDF readers display, such as "iv"; null if the document defines none.',
    }),
    width: t.exposeFloat('width', { description: 'Width as displayed, in points (1/72 inch).' }),
    height: t.exposeFloat('height', { description: 'Height as displayed, in points (1/72 inch).' }),
    rotation: t.exposeInt('rotation', { description: 'Clockwise rotation: 0, 90, 180 or 270 degrees.' }),
    text: t.string({
      extensions: cost({ points: 5 }),
      description: 'Plain text in reading order.',
      resolve: (page, _, context) => loadContent(context, pageText, keyOf(page)),
    }),
    markdown: t.string({
      extensions: cost({ points: 5 }),
      description: 'The text as Markdown, with headings, lists and tables.',
      resolve: (page, _, context) => loadContent(context, pageMarkdown, keyOf(page)),
    }),
    failure: t.field({
      type: PageFailure,
      nullable: true,
      select: { failure: true },
      description: 'Why no engine could read the page, whose text is empty then; null if it was read.',
      resolve: ({ failure }) => storedFailure(failure),
    }),
    engine: t.field({
      type: Engine,
      nullable: true,
      description: 'The engine that read the page; null for pages that an early version stored.',
      resolve: async (page, _, context) => (await factsOf(page, context)).engine,
    }),
    fallback: t.field({
      type: PageFallback,
      nullable: true,
      description: 'Why the page was read by another engine than the rest of its document; null if it was not.',
      resolve: async (page, _, context) => (await factsOf(page, context)).fallback,
    }),
    language: t.string({
      nullable: true,
      description: 'The likely language of the text, such as "en"; null if the page has too little text to tell.',
      resolve: async (page, _, context) => (await factsOf(page, context)).language,
    }),
    needsOcr: t.boolean({
      description: 'Whether the page shows text that only OCR can read, and OCR has not read it. See `ocr`.',
      resolve: async (page, _, context) => needsOcr(await factsOf(page, context)),
    }),
    ocrReason: t.field({
      type: OcrReason,
      nullable: true,
      description: 'Why the page needs OCR, or needed it before OCR ran; null if it never did.',
      resolve: async (page, _, context) => (await factsOf(page, context)).ocrReason,
    }),
    ocr: t.field({
      type: PageOcr,
      nullable: true,
      description: 'The result of OCR; null if it was not requested (`options.ocr`) or not needed.',
      resolve: async (page, _, context) => (await factsOf(page, context)).ocr,
    }),
    links: t.field({
      extensions: cost({ items: 3 }),
      type: [Link],
      description: `The links, in document order: ${beginning('linksConnection')}`,
      resolve: (page, _, context) => loadList(context, pageLinks, keyOf(page)),
    }),
    linksConnection: t.field({
      type: LinkConnection,
      args: listArgs,
      description: 'All links, in document order.',
      resolve: (page, args, context) => resolveList(context, pageLinks, keyOf(page), args),
    }),
    annotations: t.field({
      extensions: cost({ items: 3 }),
      type: [Annotation],
      description: `Comments, highlights, stamps and other annotations: ${beginning('annotationsConnection')}`,
      resolve: (page, _, context) => loadList(context, pageAnnotations, keyOf(page)),
    }),
    annotationsConnection: t.field({
      type: AnnotationConnection,
      args: listArgs,
      description: 'All annotations.',
      resolve: (page, args, context) => resolveList(context, pageAnnotations, keyOf(page), args),
    }),
    formFields: t.field({
      extensions: cost({ items: 3 }),
      type: [FormField],
      description: `The form fields with their values: ${beginning('formFieldsConnection')}`,
      resolve: (page, _, context) => loadList(context, pageFormFields, keyOf(page)),
    }),
    formFieldsConnection: t.field({
      type: FormFieldConnection,
      args: listArgs,
      description: 'All form fields.',
      resolve: (page, args, context) => resolveList(context, pageFormFields, keyOf(page), args),
    }),
    blocks: t.field({
      extensions: cost({ items: 15 }),
      type: [Block],
      description: `The parts of the page in reading order: ${beginning('blocksConnection')}`,
      resolve: (page, _, context) => loadList(context, pageBlocks, keyOf(page)),
    }),
    blocksConnection: t.field({
      type: BlockConnection,
      args: listArgs,
      description: 'All parts of the page in reading order.',
      resolve: (page, args, context) => resolveList(context, pageBlocks, keyOf(page), args),
    }),
    hiddenText: t.field({
      extensions: cost({ items: 1 }),
      type: [HiddenText],
      description: `Text that readers of the page do not see: ${beginning('hiddenTextConnection')}`,
      resolve: (page, _, context) => loadList(context, pageHiddenTexts, keyOf(page)),
    }),
    hiddenTextConnection: t.field({
      type: HiddenTextConnection,
      args: listArgs,
      description: 'All text that readers of the page do not see.',
      resolve: (page, args, context) => resolveList(context, pageHiddenTexts, keyOf(page), args),
    }),
    thumbnailUrl: t.string({
      nullable: true,
      select: { images: true },
      description:
        'A signed URL of a small image of the page, which any site can show in an <img>; null without `options.thumbnails`. It is valid for ' +
        '30 to 60 minutes, and changes every half hour, so that browsers can cache the image.',
      resolve: ({ jobId, number, images }, _, context) => imageUrl(context, jobId, number, images, 'thumbnail'),
    }),
    imageUrl: t.string({
      nullable: true,
      select: { images: true },
      description: 'A signed URL of a large image of the page, like `thumbnailUrl`; null without `options.pageImages`.',
      resolve: ({ jobId, number, images }, _, context) => imageUrl(context, jobId, number, images, 'image'),
    }),
    imageFailure: t.field({
      type: ImageFailure,
      nullable: true,
      select: { images: true },
      description: 'Why the page lacks the images that were requested; null otherwise. It never fails a job.',
      resolve: ({ images }) => storedImages(images)?.failure ?? null,
    }),
  }),
});
