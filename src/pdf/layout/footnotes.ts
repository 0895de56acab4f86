import { sameRow, union } from '../model/box.ts';
import type { Piece } from '../model/piece.ts';
import type { Block } from './block.ts';
import { isApart, joinText, type Line } from './lines.ts';

/** Notes are set in smaller type than the text they belong to. */
const smaller = 0.97;
/** A page of more is a list of notes, or made to take long. */
const mostNotes = 60;
const noteStart = /^(?:(\d{1,3})[.)]?(?:\s+|$)|([†‡§¶])\s*)/u;

interface Note {
  marker: string;
  lines: Line[];
}

/**
 * Ties notes at the foot of a page to the places that refer to them: where a small paragraph begins with a number or a sign, and
 * the text has that once right behind a word. Either alone may be anything. `body` is the size of the text's type.
 */
export function linkFootnotes(blocks: Block[], body: number, page: number): Block[] {
  const notes = new Map(blocks.map((block) => [block, toNotes(block, body)]));
  const text = blocks.filter((block) => isText(block) && notes.get(block)?.length === 0);
  const lines = text.flatMap((block) => (isText(block) ? block.lines : []));
  const found = new Map<Line, Place[]>();
  const referred = new Set<string>();
  const all = [...notes.values()].flat();
  for (const { marker } of all.length > mostNotes ? [] : all) {
    const pattern = reference(marker);
    const places = lines.flatMap((line) => (line.text.includes(marker) ? placesOf(marker, pattern, line) : []));
    const [place] = places;
    if (place === undefined || places.length > 1 || referred.has(marker)) continue;
    referred.add(marker);
    found.set(place.line, [...(found.get(place.line) ?? []), place]);
  }
  if (referred.size === 0) {
    return blocks;
  }
  return blocks.flatMap((block): Block[] => {
    const own = notes.get(block) ?? [];
    if (own.some(({ marker }) => referred.has(marker))) return own.map((note) => toBlock(note, referred, page));
    if (!isText(block)) return [block];
    return [{ ...block, lines: block.lines.map((line) => markPlaces(line, found.get(line) ?? [], page)) }];
  });
}

type Text = Extract<Block, { kind: 'PARAGRAPH' | 'LIST_ITEM' }>;

function isText(block: Block): block is Text {
  return block.kind === 'PARAGRAPH' || block.kind === 'LIST_ITEM';
}

/** A paragraph parted into notes: one may follow another without a gap. None if it doesn't begin with one. */
function toNotes(block: Block, body: number): Note[] {
  if (!isText(block) || block.lines.some(({ size }) => size >= smaller * body)) {
    return [];
  }
  const notes: Note[] = [];
  for (const [index, line] of block.lines.entries()) {
    const last = notes.at(-1);
    const next = block.lines[index + 1];
    const [start, number, sign] = noteStart.exec(line.text) ?? [];
    const isAlone = start === line.text;
    const marker = isAlone && (next === undefined || !sameRow(line, next)) ? undefined : (number ?? sign);
    if (marker !== undefined && (last === undefined || Number(marker) === Number(last.marker) + 1)) {
      notes.push({ marker, lines: [line] });
    } else if (last === undefined) {
      return [];
    } else {
      last.lines.push(line);
    }
  }
  return notes;
}

/** Where a line refers to a note. */
interface Place {
  line: Line;
  piece: Piece;
  /** In the piece's text. */
  at: number;
  marker: string;
}

/** Behind a word of three letters at least, or what ends a sentence or a quotation; not in numbers, formulas or units. */
function reference(marker: string): RegExp {
  return new RegExp(`(?<=\\p{L}{3}|(?<!\\d)[.,;:!?"'\\p{Pe}\\p{Pf}])${marker}(?![\\p{L}\\p{N}%]|[.,:]\\d)`, 'gu');
}

function placesOf(marker: string, pattern: RegExp, line: Line): Place[] {
  return line.pieces.flatMap((piece, index) => {
    const previous = line.pieces[index - 1];
    // Only what stands right behind the piece before it goes on with its word.
    const context = previous === undefined || isApart(previous, piece) ? '' : previous.text.slice(-4);
    return [...(context + piece.text).matchAll(pattern)]
      .map((match) => ({ line, piece, at: match.index - context.length, marker }))
      .filter(({ at }) => at >= 0);
  });
}

function markPlaces(line: Line, places: Place[], page: number): Line {
  if (places.length === 0) {
    return line;
  }
  const pieces = line.pieces.flatMap((piece) =>
    cut(
      piece,
      places.filter((place) => place.piece === piece).sort((a, b) => a.at - b.at),
      page,
    ),
  );
  const text = joinText(pieces, (piece) => (piece.note === undefined ? piece.text : `[${piece.text}]`));
  return { ...line, pieces, text };
}

/** A piece parted at its references, which touch what is around them. */
function cut(piece: Piece, places: Place[], page: number): Piece[] {
  const width = piece.width / Math.max(1, piece.text.length);
  const part = (from: number, to: number): Piece => ({
    ...piece,
    text: piece.text.slice(from, to),
    x: piece.x + from * width,
    width: (to - from) * width,
  });
  const parts: Piece[] = [];
  let from = 0;
  for (const { at, marker } of places) {
    parts.push(part(from, at), { ...part(at, at + marker.length), note: label(page, marker) });
    from = at + marker.length;
  }
  return [...parts, part(from, piece.text.length)].filter(({ text }) => text !== '');
}

function toBlock({ marker, lines }: Note, referred: Set<string>, page: number): Block {
  const box = union(lines);
  const [first, ...others] = lines;
  if (first === undefined || !referred.has(marker)) {
    return { kind: 'PARAGRAPH', box, lines };
  }
  return { kind: 'FOOTNOTE', box, label: label(page, marker), marker, lines: [...withoutMarker(first), ...others] };
}

/** The marker may be a piece of its own, or a line, too far from the words for theirs. */
function withoutMarker(line: Line): Line[] {
  const [first, ...others] = line.pieces;
  const rest = line.text.replace(noteStart, '');
  if (first === undefined || rest === '') {
    return [];
  }
  const text = first.text.replace(noteStart, '');
  const isMarker = /^.{1,3}[.)]?$/u.test(first.text.trim());
  const pieces = isMarker ? others : [{ ...first, text }, ...others];
  return [{ ...line, pieces, text: rest }];
}

/** Pages number their notes anew, and are read joined. */
function label(page: number, marker: string): string {
  return `${page}-${marker}`;
}
