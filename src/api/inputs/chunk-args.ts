import { z } from 'zod';
import { type Chunk, type ChunkOptions, type ChunkStart, firstChunk } from '../../chunks/chunk.ts';
import type { IssueCode } from '../../request-errors.ts';
import { parse } from './values.ts';

/**
 * Exceeds the pages of any document, the characters of a page and the chunks of a document, but fits into the integers
 * of GraphQL and PostgreSQL.
 */
const furthest = 1_000_000_000;

const place = z.number().int().min(0).max(furthest);

/** A cursor contains the start of the next chunk, so that nothing before it must be read again. Opaque to clients. */
const cursor = z.tuple([
  z.object({ job: z.string(), maxTokens: place, overlap: place }),
  z
    .object({
      index: place,
      page: place,
      start: place,
      overlapPage: place,
      overlapStart: place,
      headings: z.array(z.object({ level: z.number().int().min(1).max(6), title: z.string() })).max(6),
    })
    .nullable(),
]);

export function formatChunkCursor(job: string, { next }: Chunk, { maxTokens, overlap }: ChunkOptions): string {
  const content: z.infer<typeof cursor> = [{ job, maxTokens, overlap }, next];
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}

function decode(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString());
  } catch {
    return null;
  }
}

const chunkArgs = z
  .object({
    maxTokens: z.number().int().min(32).max(4_096),
    overlap: z.number().int().min(0),
    first: z.number().int().min(0).max(100),
    job: z.string(),
    after: z
      .string()
      .transform((text, context) => {
        const found = cursor.safeParse(decode(text));
        if (found.success) return found.data;
        context.addIssue({
          code: 'custom',
          params: { code: 'INVALID_CURSOR' },
          message: 'is not a cursor of chunks',
        });
        return z.NEVER;
      })
      .nullable(),
  })
  .superRefine(({ job, maxTokens, overlap, after }, context) => {
    function refuse(path: string, code: IssueCode, message: string): void {
      context.addIssue({ code: 'custom', path: [path], params: { code }, message });
    }
    if (overlap > maxTokens / 2) refuse('overlap', 'OUT_OF_RANGE', 'must not exceed half of maxTokens');
    if (after === null) return;
    const [made] = after;
    if (made.job !== job) refuse('after', 'INVALID_CURSOR', 'is a cursor of another result');
    else if (made.maxTokens !== maxTokens || made.overlap !== overlap) {
      refuse('after', 'INVALID_CURSOR', 'is a cursor for another maxTokens or overlap');
    }
  });

interface ChunkArgs {
  maxTokens?: number | null;
  overlap?: number | null;
  first?: number | null;
  after?: string | null;
}

/** The chunk arguments with defaults; `start` is null after the last chunk. */
export function parseChunkArgs(
  job: string,
  args: ChunkArgs,
): ChunkOptions & { first: number; start: ChunkStart | null } {
  const { maxTokens, overlap, first, after } = args;
  const given = { job, maxTokens: maxTokens ?? 512, overlap: overlap ?? 0, first: first ?? 20, after: after ?? null };
  const parsed = parse(chunkArgs, given, null);
  return { ...parsed, start: parsed.after === null ? firstChunk : parsed.after[1] };
}
