import { fileURLToPath } from 'node:url';
import { LiteParse } from '@llamaindex/liteparse';
import { createCanvas, GlobalFonts, SvgExportFlag } from '@napi-rs/canvas';
import PDFDocument from 'pdfkit';

export type Draw = (page: PDFKit.PDFDocument) => void;

export interface Sheet {
  draw: Draw;
  /** Whether the page is a picture of the drawing, like a scan, instead of the drawing itself. */
  scanned?: boolean;
  /** Drawn over the picture, like a stamp. */
  over?: Draw;
  /** The turn of the sheet in the scanner, in degrees. */
  turned?: number;
  /** Factor by which the page claims to be larger. Default: 1. */
  scale?: number;
}

/** Small, because OCR takes time for each square inch. */
const size: [number, number] = [360, 200];

/** Paragraphs of text, one below the other. */
export function lines(...texts: string[]): Draw {
  return (page) => {
    page.fontSize(12);
    for (const text of texts) page.text(text, { width: 300 }).moveDown(0.5);
  };
}

async function bytesOf(
  make: (document: PDFKit.PDFDocument) => void,
  options: PDFKit.PDFDocumentOptions = {},
): Promise<Buffer> {
  const document = new PDFDocument({ size, margin: 30, autoFirstPage: false, ...options });
  const chunks: Buffer[] = [];
  document.on('data', (chunk: Buffer) => chunks.push(chunk));
  const end = new Promise((resolve) => document.on('end', resolve));
  make(document);
  document.end();
  await end;
  return Buffer.concat(chunks);
}

/** Draws a page as a PNG picture. */
export async function pictureOf(draw: Draw): Promise<Buffer> {
  const drawn = await bytesOf((document) => draw(document.addPage()));
  const [picture] = await new LiteParse({ dpi: 150, ocrEnabled: false, quiet: true }).screenshot(drawn, [1]);
  if (picture === undefined) throw new Error('the page was not drawn');
  return picture.imageBuffer;
}

/** A document of pages, some of them scanned. */
export async function scansOf(sheets: Sheet[]): Promise<Buffer> {
  const pictures = await Promise.all(sheets.map(({ draw, scanned = true }) => (scanned ? pictureOf(draw) : null)));
  return bytesOf((document) => {
    for (const [index, { draw, over, turned = 0, scale = 1 }] of sheets.entries()) {
      const picture = pictures[index] ?? null;
      const [width, height] = Math.round(turned / 90) % 2 === 0 ? size : [size[1], size[0]];
      document.addPage({ size: [scale * width, scale * height], margin: 30 });
      if (scale !== 1) document.scale(scale);
      if (picture === null) draw(document);
      else {
        document
          .save()
          .translate(width / 2, height / 2)
          .rotate(turned);
        document.image(picture, -size[0] / 2, -size[1] / 2, { width: size[0], height: size[1] }).restore();
        over?.(document);
      }
    }
  });
}

const font = fileURLToPath(import.meta.resolve('pdfjs-dist/standard_fonts/LiberationSans-Regular.ttf'));

/** Draws text as the filled outlines of its letters, one word or letter at a time. */
export function outlines(part: 'word' | 'letter', ...texts: string[]): Draw {
  return (page) => {
    GlobalFonts.registerFromPath(font, 'Outlines');
    const canvas = createCanvas(...size, SvgExportFlag.ConvertTextToPaths);
    const context = canvas.getContext('2d');
    context.font = '12px Outlines';
    for (const [row, text] of texts.entries()) {
      let x = 30;
      for (const each of text.split(part === 'word' ? /(?<= )/ : '')) {
        context.fillText(each, x, 40 + 20 * row);
        x += context.measureText(each).width;
      }
    }
    for (const [, path] of canvas
      .getContent()
      .toString()
      .matchAll(/<path d="([^"]*)"/g))
      page.path(path ?? '').fill();
  };
}

/** Creates a page whose font maps its letters to no characters. */
export async function garbledOf(...texts: string[]): Promise<Buffer> {
  return await mappedTo((code) => 0xe000 + code, ...texts);
}

/**
 * Creates a page whose font maps its letters to wrong codes: control characters for those up to n, symbols for those
 * after it.
 */
export async function shiftedOf(...texts: string[]): Promise<Buffer> {
  return await mappedTo((code) => Math.max(1, code - 0x4f), ...texts);
}

/** Creates a page whose font maps its letters to other characters. */
async function mappedTo(meaning: (code: number) => number, ...texts: string[]): Promise<Buffer> {
  const bytes = await bytesOf((document) => lines(...texts)(document.addPage().font(font)), { compress: false });
  const mapped = bytes.toString('latin1').replace(/beginbfrange[\s\S]*?endbfrange/g, (map) =>
    map.replace(/\[[^\]]*\]/g, (codes) =>
      codes.replace(/<(00[\da-f]{2})>/gi, (_, code) => {
        const other = meaning(Number.parseInt(code, 16));
        return `<${other.toString(16).padStart(4, '0')}>`;
      }),
    ),
  );
  return Buffer.from(mapped, 'latin1');
}
