import { setImmediate } from 'node:timers/promises';
import { titleOf } from './blocks.ts';
import { type Piece, piecesOf } from './pieces.ts';
import { loadTokenCounter } from './tokens.ts';

/** A part of a document that is small enough to be embedded or given to a model, and makes sense alone. */
export interface Chunk {
  /** Counts from 0 over the document. */
  index: number;
  /** Markdown, the headings that introduce it included. */
  text: string;
  tokens: number;
  /** The titles of the sections that it stands in, outermost first. */
  headings: string[];
  firstPage: number;
  lastPage: number;
  /** Where the next chunk begins; null after the last. */
  next: ChunkStart | null;
}

/** All that is needed to go on from a chunk without reading what is before it. */
export interface ChunkStart {
  index: number;
  /** The first new text: page, and place in its Markdown. */
  page: number;
  start: number;
  /** The text repeated from the chunk before, if any, begins here. */
  overlapPage: number;
  overlapStart: number;
  headings: { level: number; title: string }[];
}

export interface ChunkOptions {
  maxTokens: number;
  /** Tokens at most that a chunk repeats from the one before it, within a section. */
  overlap: number;
}

/** Titles of hostile documents are cut, as they travel with cursors. */
const maxTitle = 200;

export const firstChunk: ChunkStart = {
  index: 0,
  page: 0,
  start: 0,
  overlapPage: 0,
  overlapStart: 0,
  headings: [],
};

/** Milliseconds of work before others get their turn. */
const workMs = 10;

/**
 * Chunks of a document, from a start on. A heading begins a new one; a section that is too long for one is cut between blocks
 * where that leaves no chunk half empty, else between sentences or lines, and words only where it must be. The same pages and options give
 * the same chunks, wherever one starts. `pages` begin with the page of the overlap, or of the start. Every ten milliseconds
 * of work it waits for `pause`.
 */
export async function* chunksOf(
  pages: AsyncIterable<{ number: number; markdown: string }>,
  options: ChunkOptions,
  { from = firstChunk, pause = setImmediate }: { from?: ChunkStart; pause?: () => Promise<void> } = {},
): AsyncGenerator<Chunk> {
  const countTokens = await loadTokenCounter();
  const chunker = new Chunker(options, countTokens, from);
  let workUntil = performance.now() + workMs;
  for await (const page of pages) {
    for (const piece of piecesOf(page, options.maxTokens, countTokens)) {
      const chunk = chunker.take(piece);
      if (chunk !== null) yield chunk;
      if (performance.now() < workUntil) continue;
      await pause();
      workUntil = performance.now() + workMs;
    }
  }
  const last = chunker.end();
  if (last !== null) yield last;
}

class Chunker {
  readonly #options: ChunkOptions;
  readonly #countTokens: (text: string) => number;
  readonly #from: ChunkStart;
  #index: number;
  #headings: ChunkStart['headings'];
  /** What the chunk under way is made of; the first few may be repeated from the one before. */
  #pieces: Piece[] = [];
  #repeated = 0;
  /** What these count alone, and what they count at most when joined: see `#fits`. */
  #alone = 0;
  #joined = 0;

  constructor(options: ChunkOptions, countTokens: (text: string) => number, from: ChunkStart) {
    this.#options = options;
    this.#countTokens = countTokens;
    this.#from = from;
    this.#index = from.index;
    this.#headings = from.headings;
  }

  /** Adds a piece; answers the chunk that is complete without it. */
  take(piece: Piece): Chunk | null {
    if (isBefore(piece, this.#from.overlapPage, this.#from.overlapStart)) return null;
    if (isBefore(piece, this.#from.page, this.#from.start)) {
      this.#add(piece);
      this.#repeated += 1;
      return null;
    }
    const chunk = this.#cutBefore(piece);
    if (piece.level > 0 && piece.opensBlock) {
      const outer = this.#headings.filter(({ level }) => level < piece.level);
      this.#headings = [...outer, { level: piece.level, title: titleOf(piece.text).slice(0, maxTitle) }];
    }
    this.#add(piece);
    return chunk;
  }

  #add(piece: Piece): void {
    this.#pieces.push(piece);
    this.#alone += piece.tokens;
    this.#joined += piece.tokens + 1;
  }

  #keep(pieces: Piece[]): void {
    this.#pieces = pieces;
    this.#alone = sum(pieces);
    this.#joined = this.#alone + pieces.length;
  }

  end(): Chunk | null {
    return this.#pieces.length === this.#repeated ? null : this.#chunk(this.#pieces, null);
  }

  #cutBefore(piece: Piece): Chunk | null {
    // Space between two chunks belongs to the one before it: alone it would be an empty one.
    if (isBlank(piece)) return null;
    const own = this.#pieces.slice(this.#repeated);
    if (own.length === 0) {
      // What is repeated makes room for what is new.
      while (this.#repeated > 0 && !this.#hasRoomFor(piece)) {
        this.#keep(this.#pieces.slice(1));
        this.#repeated -= 1;
      }
      return null;
    }
    const isSection = piece.level > 0 && piece.opensBlock && own.some(({ level }) => level === 0);
    if (isSection) return this.#cut(this.#pieces.length, piece, false);
    if (this.#hasRoomFor(piece)) return null;
    return this.#cut(this.#place(piece), piece, true);
  }

  /** After how many pieces to cut: before a block if that leaves the chunk half full, else before the piece. */
  #place(piece: Piece): number {
    const { maxTokens } = this.#options;
    if (piece.opensBlock) return this.#pieces.length;
    let tokens = this.#alone;
    for (let index = this.#pieces.length - 1; index > this.#repeated; index -= 1) {
      const each = this.#pieces[index];
      if (each === undefined) break;
      tokens -= each.tokens;
      if (tokens < maxTokens / 2 || !this.#fits([...this.#pieces.slice(index), piece])) break;
      if (each.opensBlock) return index;
    }
    return this.#pieces.length;
  }

  #cut(place: number, piece: Piece, repeats: boolean): Chunk {
    const pieces = this.#pieces.slice(0, place);
    const rest = this.#pieces.slice(place);
    const overlap = repeats ? this.#overlapOf(pieces, rest, piece) : [];
    const [next = piece] = rest;
    const [first = next] = overlap;
    const chunk = this.#chunk(pieces, {
      index: this.#index + 1,
      page: next.page,
      start: next.start,
      overlapPage: first.page,
      overlapStart: first.start,
      headings: this.#headings,
    });
    this.#index += 1;
    this.#keep([...overlap, ...rest]);
    this.#repeated = overlap.length;
    return chunk;
  }

  /** The last pieces of a chunk, as many as may be repeated. */
  #overlapOf(pieces: Piece[], rest: Piece[], piece: Piece): Piece[] {
    const room = this.#options.maxTokens - sum(rest) - piece.tokens;
    const most = Math.min(this.#options.overlap, room);
    let tokens = 0;
    let count = 0;
    for (const each of pieces.toReversed()) {
      tokens += each.tokens;
      if (tokens > most || each.level > 0) break;
      count += 1;
    }
    const overlap = count === 0 ? [] : pieces.slice(-Math.min(count, pieces.length - 1));
    while (overlap.length > 0 && !this.#fits([...overlap, ...rest, piece])) overlap.shift();
    return overlap;
  }

  /** Joined, pieces can have a token more for each place where they meet: near the limit all of it is counted. */
  #fits(pieces: Piece[]): boolean {
    const { maxTokens } = this.#options;
    const tokens = sum(pieces);
    if (tokens > maxTokens) return false;
    return tokens + pieces.length <= maxTokens || this.#countTokens(joined(pieces).trim()) <= maxTokens;
  }

  /** Whether the pieces under way fit with one more. They are counted anew only where what is known of them does not tell: seldom. */
  #hasRoomFor(piece: Piece): boolean {
    const { maxTokens } = this.#options;
    if (this.#alone + piece.tokens > maxTokens) return false;
    if (this.#joined + piece.tokens < maxTokens) return true;
    const all = joined([...this.#pieces, piece]);
    const text = all.trim();
    const tokens = this.#countTokens(text);
    // Once the piece is added, it is that, and what was trimmed.
    this.#joined = tokens + (all.length - text.length) - piece.tokens - 1;
    return tokens <= maxTokens;
  }

  #chunk(pieces: Piece[], next: ChunkStart | null): Chunk {
    const text = joined(pieces).trim();
    return {
      index: this.#index,
      text,
      tokens: this.#countTokens(text),
      headings: this.#headings.map(({ title }) => title),
      firstPage: pieces[0]?.page ?? 0,
      lastPage: pieces.at(-1)?.page ?? 0,
      next,
    };
  }
}

function joined(pieces: Piece[]): string {
  return pieces.map((piece) => piece.text).join('');
}

function isBlank({ text }: Piece): boolean {
  return text.trim() === '';
}

function sum(pieces: Piece[]): number {
  return pieces.reduce((tokens, piece) => tokens + piece.tokens, 0);
}

function isBefore(piece: Piece, page: number, start: number): boolean {
  return piece.page < page || (piece.page === page && piece.start < start);
}
