import type { Box as Place } from '../../pdf/model/box.ts';
import type { Annotation, FormField, PageBlock, PageFailureCode, PageOcr } from '../../pdf/model/document.ts';
import type { HiddenText } from '../../pdf/model/hidden-text.ts';
import type { Cell } from '../../pdf/model/table.ts';
import { pageFailureMessages } from '../../pdf/model/unreadable-page.ts';
import { builder } from './builder.ts';

export const PageFallback = builder.enumType('PageFallback', {
  description: 'Why a page was read by the other engine than its document.',
  values: {
    UNREADABLE: { description: 'The first engine could not read it.' },
    NO_TEXT: { description: 'The first engine found no text on it, the other one did.' },
    GARBLED: { description: 'What the first engine read had no meaning.' },
    FONT_BOXES: { description: 'Its fonts are made so that the first engine loses words.' },
    RIGHT_TO_LEFT: { description: 'Its text runs from right to left, which the first engine has in the wrong order.' },
    VERTICAL: { description: 'Its text runs from top to bottom, which the first engine has in the wrong order.' },
  },
});

const PageFailureCodeType = builder.enumType('PageFailureCode', {
  description: 'Why no engine could read a page.',
  values: { DAMAGED: { description: 'The page is too damaged.' } } as const,
});

export const PageFailure = builder.objectRef<PageFailureCode>('PageFailure').implement({
  description: 'Why no engine could read a page. The other pages of the document are not affected.',
  fields: (t) => ({
    code: t.field({ type: PageFailureCodeType, description: 'Stable: branch on this.', resolve: (code) => code }),
    message: t.string({
      description: 'What happened, for people. May change.',
      resolve: (code) => pageFailureMessages[code],
    }),
  }),
});

export const OcrReason = builder.enumType('OcrReason', {
  description: 'Why the text of a page is not what stands on it.',
  values: {
    SCANNED: { description: 'The page is a picture.' },
    DRAWN: { description: 'Its letters are drawn as outlines, without text.' },
    GARBLED: { description: 'Its fonts do not tell which characters they show.' },
  },
});

const OcrOutcome = builder.enumType('OcrOutcome', {
  description: 'What OCR made of a page that needs it.',
  values: {
    READ: { description: 'It has read text: the text and Markdown of the page hold it.' },
    NOTHING_FOUND: { description: 'There is nothing on it that looks like text in the languages asked for.' },
    UNAVAILABLE: {
      description:
        'It could not be done: LITEPARSE, which it is a part of, has no binary there, cannot open the document, or crashed on it before.',
    },
  },
});

export const PageOcrType = builder.objectRef<PageOcr>('PageOcr').implement({
  description: 'What OCR made of a page.',
  fields: (t) => ({
    outcome: t.expose('outcome', { type: OcrOutcome, description: 'What came of it.' }),
    languages: t.exposeStringList('languages', { description: "The languages it looked for, by Tesseract's names." }),
    confidence: t.exposeFloat('confidence', {
      nullable: true,
      description:
        'How sure it is of what it read, from 0 to 1, on average; good scans have more than 0.9. Null where it read nothing.',
    }),
  }),
});

const HiddenReason = builder.enumType('HiddenReason', {
  description: 'Why readers do not see a text.',
  values: {
    INVISIBLE: { description: 'It is neither filled nor stroked.' },
    OFF_PAGE: { description: 'It stands beyond the edges of the page.' },
    TINY: { description: 'Its type is smaller than two points.' },
    SAME_COLOUR: { description: 'It has the colour of what is under it.' },
  },
});

const Kind = builder.enumType('BlockKind', {
  description: 'What a block is.',
  values: {
    HEADING: { description: 'A heading.' },
    PARAGRAPH: { description: 'Text, captions included.' },
    LIST_ITEM: { description: 'One item of a list.' },
    FOOTNOTE: { description: 'A note that the text of the page refers to.' },
    CODE: { description: 'Lines in a font of fixed width.' },
    TABLE: { description: 'A table.' },
  },
});

const FieldKind = builder.enumType('FormFieldKind', {
  description: 'What a form field is.',
  values: {
    TEXT: { description: 'Text to be typed.' },
    CHECKBOX: { description: 'A box to be checked.' },
    RADIO: { description: 'One of several to be chosen.' },
    CHOICE: { description: 'A list to choose from.' },
    BUTTON: { description: 'A button.' },
    SIGNATURE: { description: 'A place for a signature.' },
  },
});

const Box = builder.objectRef<Place>('Box').implement({
  description:
    'A place on a page, in points (1/72 inch) from the top left of the page turned so that its text is upright.',
  fields: (t) => ({
    x: t.exposeFloat('x', { description: 'Of its left edge.' }),
    y: t.exposeFloat('y', { description: 'Of its upper edge.' }),
    width: t.exposeFloat('width', { description: 'Its width.' }),
    height: t.exposeFloat('height', { description: 'Its height.' }),
  }),
});

export const HiddenTextType = builder.objectRef<HiddenText>('HiddenText').implement({
  description:
    'Text that readers of the page do not see. It is left out of text and Markdown: it may be written for machines alone.',
  fields: (t) => ({
    reason: t.expose('reason', { type: HiddenReason, description: 'Why it is not seen.' }),
    text: t.exposeString('text', { description: 'The text, 2,000 characters of it at most.' }),
  }),
});

export const AnnotationType = builder.objectRef<Annotation>('Annotation').implement({
  description: 'A comment, a highlight, a stamp and the like.',
  fields: (t) => ({
    kind: t.exposeString('kind', { description: 'As PDF calls it, such as "Highlight" or "Text".' }),
    text: t.exposeString('text', { nullable: true, description: 'What it says.' }),
    author: t.exposeString('author', { nullable: true, description: 'Whose it is.' }),
    createdAt: t.expose('createdAt', { type: 'DateTime', nullable: true, description: 'When it was made.' }),
    modifiedAt: t.expose('modifiedAt', { type: 'DateTime', nullable: true, description: 'When it was changed.' }),
    box: t.field({ type: Box, description: 'Where it is.', resolve: (annotation) => annotation }),
  }),
});

export const FormFieldType = builder.objectRef<FormField>('FormField').implement({
  description: 'A field of a form, with what is filled in.',
  fields: (t) => ({
    name: t.exposeString('name', { nullable: true, description: 'Its whole name, with those of its parents.' }),
    kind: t.expose('kind', { type: FieldKind, description: 'What it is.' }),
    value: t.exposeString('value', {
      nullable: true,
      description: 'What is filled in, or what a checked box stands for.',
    }),
    checked: t.exposeBoolean('checked', { nullable: true, description: 'For boxes and radio buttons.' }),
    options: t.exposeStringList('options', { description: 'What can be chosen.' }),
    readOnly: t.exposeBoolean('readOnly', { description: 'Whether it cannot be changed.' }),
    box: t.field({ type: Box, description: 'Where it is.', resolve: (field) => field }),
  }),
});

const CellType = builder.objectRef<Cell>('TableCell').implement({
  description: 'A cell of a table; it may reach over several columns and rows.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'What stands in it.' }),
    columns: t.exposeInt('columns', { description: 'How many columns it reaches over.' }),
    rows: t.exposeInt('rows', { description: 'How many rows it reaches over.' }),
  }),
});

export const BlockType = builder.objectRef<PageBlock>('Block').implement({
  description: 'A part of a page.',
  fields: (t) => ({
    kind: t.expose('kind', { type: Kind, description: 'What it is.' }),
    text: t.exposeString('text', { description: 'Its text, lines as they are printed.' }),
    level: t.exposeInt('level', { nullable: true, description: 'Of a heading, from 1; null for others.' }),
    rows: t.field({
      type: t.listRef(t.listRef(CellType)),
      nullable: true,
      description: 'The cells of a table, row by row; null for others.',
      resolve: ({ rows }) => rows,
    }),
    box: t.field({ type: Box, description: 'Where it is.', resolve: (block) => block }),
  }),
});
