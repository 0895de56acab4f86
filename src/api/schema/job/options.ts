import type { JobOptions as JobOptionsShape } from '../../../job-row/options.ts';
import { atMost } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { ImageFormat, RequestedEngine } from '../enums.ts';

export const JobOptions = builder.objectRef<JobOptionsShape>('JobOptions').implement({
  description: 'The options of a job, including defaults. The password is never returned.',
  fields: (t) => ({
    pages: t.exposeString('pages', {
      nullable: true,
      description: 'The requested pages, such as "1-5,9,20-"; null for all pages.',
    }),
    engine: t.expose('engine', { type: RequestedEngine, description: 'The requested engine.' }),
    keepHeadersFooters: t.exposeBoolean('keepHeadersFooters', {
      description: 'Whether the Markdown keeps running headers and footers.',
    }),
    keepHyphenation: t.exposeBoolean('keepHyphenation', {
      description: 'Whether the Markdown keeps words hyphenated at line ends.',
    }),
    requireAllPages: t.exposeBoolean('requireAllPages', {
      description: 'Whether a page that cannot be read fails the job.',
    }),
    ocr: t.exposeBoolean('ocr', { description: 'Whether OCR reads the pages that need it.' }),
    ocrLanguages: t.exposeStringList('ocrLanguages', {
      description: "The languages that OCR looks for, by Tesseract's names; at most 4.",
    }),
    thumbnails: t.exposeBoolean('thumbnails', { description: 'Whether a small image of each page is made.' }),
    thumbnailWidth: t.exposeInt('thumbnailWidth', { description: 'Width of the small images, in pixels.' }),
    pageImages: t.exposeBoolean('pageImages', { description: 'Whether a large image of each page is made.' }),
    pageImageWidth: t.exposeInt('pageImageWidth', { description: 'Width of the large images, in pixels.' }),
    imageFormat: t.expose('imageFormat', { type: ImageFormat, description: 'The format of all images.' }),
    timeoutSeconds: t.exposeInt('timeoutSeconds', { description: 'Time limit of an attempt.' }),
    noProgressSeconds: t.exposeInt('noProgressSeconds', {
      description: 'Time limit of a page. When n pages are read together, they have n times as long.',
    }),
    expireAfterSeconds: t.exposeInt('expireAfterSeconds', {
      nullable: true,
      description: 'Seconds from the end of the job to its deletion; null if it has no time of its own.',
    }),
  }),
});

export const JobOptionsInput = builder.inputType('JobOptionsInput', {
  description: 'How to process a document.',
  fields: (t) => ({
    password: t.string({
      description:
        'The password of an encrypted document. It is stored encrypted, never returned, and erased when the job is final.',
    }),
    pages: t.string({ description: 'The pages to read, such as "1-5,9,20-". Default: all pages.' }),
    engine: t.field({ type: RequestedEngine, description: 'The engine that reads the pages. Default AUTO.' }),
    keepHeadersFooters: t.boolean({ description: 'Keep running headers and footers in the Markdown. Default false.' }),
    keepHyphenation: t.boolean({
      description: 'Keep words hyphenated at line ends in the Markdown instead of joining them. Default false.',
    }),
    requireAllPages: t.boolean({
      description:
        'Fail the job with PDF_DAMAGED if a page cannot be read, instead of leaving the page empty (see `Page.failure`). Default false.',
    }),
    ocr: t.boolean({
      description:
        'Read pages by OCR that are pictures or whose fonts are garbled (see `Page.ocrReason`), and the text of large pictures on other pages. Such a page ' +
        'takes a second or two of a processor. Default false.',
    }),
    ocrLanguages: t.stringList({
      extensions: atMost(4),
      description:
        'The languages that OCR looks for, the most frequent one first: 1 to 4 of Tesseract\'s names, such as "eng", "deu" or "chi_sim". The npm package ' +
        '@tesseract.js-data/NAME has to be installed where workers run, otherwise the job fails with OCR_LANGUAGE_MISSING. Default ["eng"], which is ' +
        'installed. Ignored without `ocr`.',
    }),
    thumbnails: t.boolean({ description: 'Make a small image of each page, see `Page.thumbnailUrl`. Default false.' }),
    thumbnailWidth: t.int({ description: 'Width of the small images, in pixels: 16 to 1000. Default 200.' }),
    pageImages: t.boolean({ description: 'Make a large image of each page, see `Page.imageUrl`. Default false.' }),
    pageImageWidth: t.int({
      description:
        'Width of the large images, in pixels: 100 to 3000. Default 1000. An image is narrower if it would otherwise be more than four times as ' +
        'high as this width, or have more than 16 million pixels.',
    }),
    imageFormat: t.field({ type: ImageFormat, description: 'The format of all images. Default JPEG.' }),
    timeoutSeconds: t.int({ description: 'Time limit of an attempt: 1 to 86400 seconds. Default 900.' }),
    noProgressSeconds: t.int({
      description:
        'Time limit of a page: 1 to 86400 seconds. When n pages are read together, they have n times as long. Default 120.',
    }),
    expireAfterSeconds: t.int({
      description:
        'Delete the job with its results and document this long after its end: 1 to 315360000 seconds. Default: it is kept, unless the operator limits ' +
        'how long (see `Job.expiresAt`).',
    }),
    maxRetries: t.int({ description: 'Maximum number of retries: 0 to 20. Default 3.' }),
  }),
});
