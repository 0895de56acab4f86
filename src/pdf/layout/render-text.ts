import type { Block } from './block.ts';

/** Blocks as plain text: lines as they are printed, rows of tables on a line each, an empty line between blocks. */
export function toPlainText(blocks: Block[]): string {
  return blocks
    .map((block) =>
      block.kind === 'TABLE'
        ? block.rows
            .map((row) =>
              row
                .map(({ text }) => text)
                .join('\t')
                .trim(),
            )
            .join('\n')
        : block.lines.map(({ text }) => text).join('\n'),
    )
    .join('\n\n');
}
