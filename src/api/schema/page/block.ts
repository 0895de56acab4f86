import type { PageBlock } from '../../../pdf/model/document.ts';
import type { Cell } from '../../../pdf/model/table.ts';
import { cost } from '../../admission/declarations.ts';
import { builder } from '../builder.ts';
import { listConnection } from '../stored-list.ts';
import { Box } from './box.ts';

const BlockKind = builder.enumType('BlockKind', {
  description: 'The kinds of blocks.',
  values: {
    HEADING: { description: 'A heading.' },
    PARAGRAPH: { description: 'A paragraph or a caption.' },
    LIST_ITEM: { description: 'One item of a list.' },
    FOOTNOTE: { description: 'A footnote.' },
    CODE: { description: 'Lines in a fixed-width font.' },
    TABLE: { description: 'A table.' },
  } as const,
});

const TableCell = builder.objectRef<Cell>('TableCell').implement({
  description: 'A cell of a table. It may span several columns and rows.',
  fields: (t) => ({
    text: t.exposeString('text', { description: 'The text of the cell.' }),
    columns: t.exposeInt('columns', { description: 'Number of columns that the cell spans.' }),
    rows: t.exposeInt('rows', { description: 'Number of rows that the cell spans.' }),
  }),
});

const maxRows = 1_000;

export const Block = builder.objectRef<PageBlock>('Block').implement({
  description: 'A part of a page, such as a heading, a paragraph or a table.',
  fields: (t) => ({
    kind: t.expose('kind', { type: BlockKind, description: 'The kind of block.' }),
    text: t.exposeString('text', { description: 'The text of the block, with the line breaks of the page.' }),
    level: t.exposeInt('level', {
      nullable: true,
      description: 'The level of a heading, counting from 1; null for other blocks.',
    }),
    rows: t.field({
      extensions: cost({ items: 1 }),
      type: t.listRef(t.listRef(TableCell)),
      nullable: true,
      description: `The cells of a table, row by row, the first ${maxRows.toLocaleString('en')} rows; null for other blocks.`,
      resolve: ({ rows }) => rows?.slice(0, maxRows),
    }),
    confidence: t.exposeFloat('confidence', {
      nullable: true,
      description:
        'How sure the layout is of the kind and extent of the block, from 0 to 1. Of blocks with 0.9, about nine in ten are right on pages that people have ' +
        'transcribed. For text that OCR read, it falls with the confidence of OCR. Null for pages of versions that did not state it.',
    }),
    box: t.field({ type: Box, description: 'The area of the block.', resolve: (block) => block }),
  }),
});

export const BlockConnection = listConnection(Block, 'Block', 'blocks of a page');
