import type { StreamHints } from '../file/stream-hints.ts';
import type { HiddenPiece } from '../model/hidden-text.ts';
import type { ReadPage } from '../model/read-page.ts';

type Found = HiddenPiece['piece'];

/** Text times pieces; pages with more are believed as they are. */
const mostWork = 50_000_000;

/** Whether a page by LiteParse has to be looked at by pdfjs, too, which tells how each text is painted, and of text beyond the page. */
export function mayHide(page: ReadPage, hints: StreamHints | null): boolean {
  return hints?.invisibleText === true || page.bleeds || page.hidden.some(({ reason }) => reason === 'SAME_COLOUR');
}

/** LiteParse's page with what pdfjs saw of hidden text on the same one. */
export function checkHidden(page: ReadPage, seen: ReadPage): ReadPage {
  const invisible = textOf(seen.hidden.filter(({ reason }) => reason === 'INVISIBLE').map(({ piece }) => piece));
  const sameColour = textOf(seen.hidden.filter(({ reason }) => reason === 'SAME_COLOUR').map(({ piece }) => piece));
  const visible = textOf([...seen.pieces, ...seen.turned]);
  const pieces = [...page.pieces, ...page.turned];
  const isInvisible = (piece: Found) => has(invisible, piece) && !has(visible, piece);
  const work = (pieces.length + page.hidden.length) * (invisible.length + sameColour.length + visible.length);
  if (work > mostWork) {
    return page;
  }
  const doubted = page.hidden.filter(({ reason, piece }) => reason === 'SAME_COLOUR' && !has(sameColour, piece));
  const shown = [...pieces.filter((piece) => !isInvisible(piece)), ...doubted.map(({ piece }) => piece)];
  return {
    ...page,
    pieces: shown.filter(({ turned }) => !turned),
    turned: shown.filter(({ turned }) => turned),
    hidden: [
      ...page.hidden.filter((text) => !doubted.includes(text)),
      ...seen.hidden.filter(({ reason }) => reason === 'INVISIBLE' || reason === 'OFF_PAGE'),
    ],
  };
}

function textOf(pieces: Found[]): string {
  return pieces.map(bare).join('\n');
}

function has(text: string, piece: Found): boolean {
  return text.includes(bare(piece));
}

function bare({ text }: Found): string {
  return text.normalize('NFKC').replace(/\s+/g, '');
}
