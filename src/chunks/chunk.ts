/** A part of a document that is small enough for embedding or a model's context, and makes sense alone. */
export interface Chunk {
  /** Zero-based within the document. */
  index: number;
  /** Markdown, including the headings that introduce it. */
  text: string;
  tokens: number;
  /** The titles of its enclosing sections, outermost first. */
  headings: string[];
  firstPage: number;
  lastPage: number;
  /** The start of the next chunk; null after the last. */
  next: ChunkStart | null;
}

/** Everything needed to continue after a chunk without reading the text before it. */
export interface ChunkStart {
  index: number;
  /** The start of the new text: page, and offset in its Markdown. */
  page: number;
  start: number;
  /** The start of the text repeated from the previous chunk, if any. */
  overlapPage: number;
  overlapStart: number;
  headings: { level: number; title: string }[];
}

export interface ChunkOptions {
  maxTokens: number;
  /** Maximum tokens that a chunk repeats from the previous one of its section. */
  overlap: number;
}

export const firstChunk: ChunkStart = {
  index: 0,
  page: 0,
  start: 0,
  overlapPage: 0,
  overlapStart: 0,
  headings: [],
};
