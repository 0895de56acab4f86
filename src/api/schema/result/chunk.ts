import type { Chunk as ChunkShape } from '../../../chunks/chunk.ts';
import { chunksOf } from '../../../chunks/chunks.ts';
import { tokenizerName } from '../../../chunks/tokens.ts';
import { markdownRun } from '../../../results/job-content.ts';
import { loadContent } from '../../answers/content.ts';
import { takeWholeTurn } from '../../answers/turns.ts';
import type { ApiContext } from '../../context.ts';
import { formatChunkCursor, parseChunkArgs } from '../../inputs/chunk-args.ts';
import { builder } from '../builder.ts';
import { JobResult } from './result.ts';

const Chunk = builder.objectRef<ChunkShape>('Chunk').implement({
  description: 'A part of a document that makes sense alone and is small enough to embed, or to pass to a model.',
  fields: (t) => ({
    index: t.exposeInt('index', { description: 'Position in the document, counting from 0.' }),
    text: t.exposeString('text', { description: 'Markdown, including the headings that introduce the chunk.' }),
    tokens: t.exposeInt('tokens', { description: `Number of tokens of the text, by the tokenizer ${tokenizerName}.` }),
    headings: t.exposeStringList('headings', {
      description:
        'The titles of the sections around the chunk, outermost first; at most 6. Put them before the text to embed it in context.',
    }),
    firstPageNumber: t.exposeInt('firstPage', { description: 'The number of the page on which the chunk begins.' }),
    lastPageNumber: t.exposeInt('lastPage', { description: 'The number of the page on which the chunk ends.' }),
  }),
});

const ChunkConnection = builder.connectionObject(
  { type: Chunk, name: 'ChunkConnection', description: 'A page of the chunks of a document, in document order.' },
  { name: 'ChunkEdge', description: 'A chunk with its cursor.' },
);

/** Maximum bytes of Markdown per token, except for text that is mostly whitespace. */
const bytesOfToken = 6;

builder.objectField(JobResult, 'chunks', (t) =>
  t.field({
    type: ChunkConnection,
    description:
      'The Markdown of all pages, split for search and RAG. A heading begins a new chunk; a section that is too long is split between paragraphs, ' +
      'sentences or lines. The same arguments always give the same chunks.',
    args: {
      maxTokens: t.arg.int({
        description: `Maximum number of tokens of a chunk, by the tokenizer ${tokenizerName}: 32 to 4096. Default 512.`,
      }),
      overlap: t.arg.int({
        description:
          'Maximum number of tokens that a chunk repeats from the chunk before it in the same section: 0 to half of maxTokens. Default 0.',
      }),
      first: t.arg.int({ description: 'Maximum number of chunks: 20 by default, at most 100.' }),
      after: t.arg.string({
        description: 'Returns the chunks after this cursor, which has to come from the same maxTokens and overlap.',
      }),
    },
    async resolve({ id }, args, context) {
      const { maxTokens, overlap, first, start } = parseChunkArgs(id, args);
      const edges: { cursor: string; node: ChunkShape }[] = [];
      if (first > 0 && start !== null) {
        const pages = readPages(context, id, start.overlapPage, first * maxTokens * bytesOfToken);
        for await (const chunk of chunksOf(pages, { maxTokens, overlap }, { from: start, pause: takeWholeTurn })) {
          edges.push({ cursor: formatChunkCursor(id, chunk, { maxTokens, overlap }), node: chunk });
          if (edges.length === first) break;
        }
      }
      return {
        edges,
        pageInfo: {
          hasNextPage: edges.length === 0 ? first === 0 && start !== null : edges.at(-1)?.node.next !== null,
          hasPreviousPage: (start?.index ?? 1) > 0,
          startCursor: edges[0]?.cursor ?? null,
          endCursor: edges.at(-1)?.cursor ?? null,
        },
      };
    },
  }),
);

/**
 * Yields the pages of a job from a given one, as many at a time as the chunks can use. So usually one statement reads
 * the pages of all jobs of a list.
 */
async function* readPages(context: ApiContext, id: string, from: number, bytes: number) {
  const content = markdownRun(bytes);
  for (let number = from; ; ) {
    const { pages, isLast } = await loadContent(context, content, { id, number });
    yield* pages;
    if (isLast) return;
    number = (pages.at(-1)?.number ?? number) + 1;
  }
}
