import { titleOf } from './blocks.ts';
import type { Chunk, ChunkOptions, ChunkStart } from './chunk.ts';
import type { Piece } from './pieces.ts';

/** Limits the titles of hostile documents, because cursors contain them. */
const maxTitle = 200;

/** Joins pieces to chunks. Every piece is given once, in the order of the document. */
export class Chunker {
  readonly #options: ChunkOptions;
  readonly #countTokens: (text: string) => number;
  readonly #from: ChunkStart;
  #index: number;
  #headings: ChunkStart['headings'];
  /** The pieces of the current chunk; the first `#repeated` are from the previous chunk. */
  #pieces: Piece[] = [];
  #repeated = 0;
  /** The sum of their token counts, and the maximum count when joined: see `#fits`. */
  #alone = 0;
  #joined = 0;

  constructor(options: ChunkOptions, countTokens: (text: string) => number, from: ChunkStart) {
    this.#options = options;
    this.#countTokens = countTokens;
    this.#from = from;
    this.#index = from.index;
    this.#headings = from.headings;
  }

  /** Adds a piece; returns the chunk that it completes, if any. */
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
    // Blank text between two chunks belongs to the first: alone, it would be an empty chunk.
    if (isBlank(piece)) return null;
    const own = this.#pieces.slice(this.#repeated);
    if (own.length === 0) {
      // Drop repeated text to make room for new text.
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

  /**
   * Returns the number of pieces to keep. Cuts before a block if the chunk is then at least half full, otherwise before
   * the piece.
   */
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

  /** Returns the last pieces of a chunk that may be repeated. */
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

  /** Joining pieces can add a token per boundary. Near the limit, the joined text is counted. */
  #fits(pieces: Piece[]): boolean {
    const { maxTokens } = this.#options;
    const tokens = sum(pieces);
    if (tokens > maxTokens) return false;
    return tokens + pieces.length <= maxTokens || this.#countTokens(joined(pieces).trim()) <= maxTokens;
  }

  /**
   * Whether the current pieces fit with one more. Counts the joined text only if the known bounds do not decide, which
   * is rare.
   */
  #hasRoomFor(piece: Piece): boolean {
    const { maxTokens } = this.#options;
    if (this.#alone + piece.tokens > maxTokens) return false;
    if (this.#joined + piece.tokens < maxTokens) return true;
    const all = joined([...this.#pieces, piece]);
    const text = all.trim();
    const tokens = this.#countTokens(text);
    // The maximum after adding the piece: the counted text and the trimmed characters.
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
