import { sameRow, union } from '../model/box.ts';
import type { Piece } from '../model/piece.ts';
import type { Block } from './block.ts';
import { isApart, joinText, type Line } from './lines.ts';

/** Thresholds of footnotes. */
export const footnoteSettings = {
  /** Size of a note, at most, in sizes of the body text: this near, because scans and scaled pages round. */
  noteSize: 0.97,
  /** Notes of a page, at most: more are a list of references, or a page that is made to take long. */
  maxNotes: 60,
  /** Characters before a reference that decide whether it stands behind a word. */
  contextLength: 4,
};

const noteStart = /^(?:(\d{1,3})[.)]?(?:\s+|$)|([†‡§¶])\s*)/u;

interface Note {
  marker: string;
  lines: Line[];
}

/**
 * Links notes at the foot of a page to the places that refer to them. Neither is certain alone, so it takes both: a
 * small paragraph that begins with a number or a sign, and the same one exactly once in the text, right behind a word.
 * `body` is the size of the body text.
 */
export function linkFootnotes(blocks: Block[], body: number, page: number): Block[] {
  const notes = new Map(blocks.map((block) => [block, toNotes(block, body)]));
  const text = blocks.filter((block) => isText(block) && notes.get(block)?.length === 0);
  const lines = text.flatMap((block) => (isText(block) ? block.lines : []));
  const found = new Map<Line, Place[]>();
  const referred = new Set<string>();
  const all = [...notes.values()].flat();
  if (all.length === 0 || all.length > footnoteSettings.maxNotes) return blocks;
  const references = lines.flatMap(placesOf);
  for (const { marker } of all) {
    const places = references.filter((reference) => reference.marker === marker);
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

/**
 * Splits a paragraph into notes, as one may follow another without a gap. Empty for a paragraph that does not begin
 * with a note.
 */
function toNotes(block: Block, body: number): Note[] {
  if (!isText(block) || block.lines.some(({ size }) => size >= footnoteSettings.noteSize * body)) {
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
  /** Offset in the piece's text. */
  at: number;
  marker: string;
}

/** A marker after a word of three letters or the end of a sentence or quotation: not in numbers, formulas or units. */
const reference = /(?<=\p{L}{3}|(?<!\d)[.,;:!?"'\p{Pe}\p{Pf}])(?:\d{1,3}|[†‡§¶])(?![\p{L}\p{N}%]|[.,:]\d)/gu;

/** Most lines have none, which this tells in a fraction of the time. */
const mayRefer = /[\d†‡§¶]/;

function placesOf(line: Line): Place[] {
  if (!mayRefer.test(line.text)) return [];
  return line.pieces.flatMap((piece, index) => {
    if (!mayRefer.test(piece.text)) return [];
    const previous = line.pieces[index - 1];
    // A piece continues the word of the piece before it only if they touch.
    const isContinued = previous !== undefined && !isApart(previous, piece);
    const context = isContinued ? previous.text.slice(-footnoteSettings.contextLength) : '';
    return [...(context + piece.text).matchAll(reference)]
      .map((match) => ({ line, piece, at: match.index - context.length, marker: match[0] }))
      .filter(({ at }) => at >= 0);
  });
}

function markPlaces(line: Line, places: Place[], page: number): Line {
  if (places.length === 0) {
    return line;
  }
  const pieces = line.pieces.flatMap((piece) => {
    const own = places.filter((place) => place.piece === piece).sort((a, b) => a.at - b.at);
    return split(piece, own, page);
  });
  const text = joinText(pieces, (piece) => (piece.note === undefined ? piece.text : `[${piece.text}]`));
  return { ...line, pieces, text };
}

/** Splits a piece at its references, which touch the text around them. */
function split(piece: Piece, places: Place[], page: number): Piece[] {
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

/** Removes the marker, which may be part of the first piece, a piece by itself, or a line by itself. */
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

/** Returns a label that stays unique when pages are joined: each page numbers its notes from 1. */
function label(page: number, marker: string): string {
  return `${page}-${marker}`;
}
