import type {
  LiteParse,
  LiteParseConfig,
  PageOrientationCorrection,
  ParsedPage,
  ParseResult,
} from '@llamaindex/liteparse';
import { JobError } from '../../errors.ts';
import { drawsLetters } from '../content/drawn-letters.ts';
import { isSparse, mostlyPicture } from '../content/page-look.ts';
import type { Size } from '../model/box.ts';
import type { Rules } from '../model/drawing.ts';
import { groupSize, type PageGroup } from '../model/page-groups.ts';
import type { Piece } from '../model/piece.ts';
import type { ReadPage } from '../model/read-page.ts';
import type { Table } from '../model/table.ts';
import { factsOnly, type LiteparseFacts, toFacts } from './liteparse-facts.ts';
import type { LiteparseOptions } from './liteparse-options.ts';
import { readShapes, toReadPage, turnOf } from './liteparse-page.ts';
import { findTables, toTable } from './liteparse-tables.ts';
import { type OcrText, readOcrText } from './ocr-text.ts';

type LiteParseConstructor = new (config: Partial<LiteParseConfig>) => LiteParse;

export interface OcrSetting {
  languages: string[];
  /** Where the data of all of them is: for what is missing LiteParse would look on the Internet. */
  dataPath: string;
  dpi: number;
  /** By how much the page has to be turned back, clockwise. */
  turn: 0 | 90 | 180 | 270;
}

export interface OcrFound {
  /** The page, turned: what OCR has read is not among its pieces, but its tables hold it. */
  page: ReadPage;
  text: OcrText;
  turn: OcrSetting['turn'];
  /** What OCR has looked at, a PNG, and its dots per point. */
  picture: { png: Buffer; scale: number } | null;
}

export interface DrawnPage {
  number: number;
  width: number;
  height: number;
  png: Buffer;
  /** It is of one colour. */
  isBlank: boolean;
}

/** The native engine; null where it has no binary for this machine. */
export async function loadLiteparse(): Promise<LiteparseEngine | null> {
  try {
    const module = await import('@llamaindex/liteparse');
    return new LiteparseEngine(module.LiteParse);
  } catch {
    return null;
  }
}

export class LiteparseEngine {
  readonly #LiteParse: LiteParseConstructor;

  constructor(implementation: LiteParseConstructor) {
    this.#LiteParse = implementation;
  }

  #parser(options: LiteparseOptions, more: Partial<LiteParseConfig>): LiteParse {
    return new this.#LiteParse({
      // Its Markdown is not used; without it, all the rest comes in two thirds of the time.
      outputFormat: 'json',
      // Where blocks are asked for, tells where pictures are, without reading them.
      imageMode: 'placeholder',
      ocrEnabled: false,
      extractAnnotations: true,
      extractFormFields: true,
      // Ours are better, and these take a sixth of its time.
      extractBlocks: false,
      extractContentBounds: true,
      preserveVerySmallText: true,
      extractTextMetadata: true,
      extractVectorGraphics: true,
      extractLinks: false,
      continueOnPageError: true,
      // By default it stops after 1000 pages without a word.
      maxPages: 2 ** 31,
      numWorkers: 1,
      quiet: true,
      password: options.password ?? undefined,
      ...more,
    });
  }

  /** Opens the document for its page count, without reading a page. Throws `JobError` with what is wrong with it. */
  async open(options: LiteparseOptions): Promise<LiteparseFacts> {
    try {
      const result = await this.#parser(options, factsOnly).parse(options.source);
      return toFacts(result);
    } catch (error) {
      throw asJobError(error, options.password);
    }
  }

  /** The pages of one group, but for those it cannot read. */
  async readGroup(options: LiteparseOptions, group: PageGroup): Promise<ReadPage[]> {
    return this.#toPages(
      options,
      await this.#parser(options, { targetPages: group.pages.join(',') }).parse(options.source),
    );
  }

  /** All groups of the document from one opening of it; otherwise the same as `readGroup` on each of them. */
  async *readAllGroups(options: LiteparseOptions): AsyncGenerator<ReadPage[]> {
    for await (const batch of this.#parser(options, {}).parseBatches(options.source, { batchSize: groupSize })) {
      yield await this.#toPages(options, batch.result);
    }
  }

  /** How the text of some pages is set, without what else there is on them: half the work. */
  async readText(options: LiteparseOptions, numbers: number[]): Promise<ReadPage[]> {
    const parser = this.#parser(options, { ...textOnly, targetPages: numbers.join(',') });
    return (await parser.parse(options.source)).pages.map((page) => toReadPage(page, page));
  }

  /** LiteParse garbles text that doesn't run upright on the display, so such pages are read again, turned. */
  async #toPages(options: LiteparseOptions, result: ParseResult): Promise<ReadPage[]> {
    const failed = new Set(result.pageErrors.map(({ pageNum }) => pageNum));
    const read = result.pages.filter(({ pageNum }) => !failed.has(pageNum));
    const looks = await this.#look(options, read);
    const turns = read.map((page) => ({ page: page.pageNum, angle: turnOf(page) })).filter(({ angle }) => angle !== 0);
    const turned = turns.length === 0 ? [] : await this.#readAgain(options, turns, false);
    const pages = read.map((page) => {
      const upright = turned.find(({ pageNum }) => pageNum === page.pageNum) ?? page;
      return { ...toReadPage(page, upright), look: looks.get(page.pageNum) ?? null };
    });
    return this.#besidePictures(options, pages, read, turns);
  }

  /** White text may stand on a picture, and where those are only blocks tell: pages that seem to hide some are read again with them. */
  async #besidePictures(
    options: LiteparseOptions,
    pages: ReadPage[],
    shown: ParsedPage[],
    turns: PageOrientationCorrection[],
  ): Promise<ReadPage[]> {
    const angleOf = (number: number) => turns.find(({ page }) => page === number)?.angle ?? 0;
    const doubtful = pages
      .filter(({ hidden }) => hidden.some(({ reason }) => reason === 'SAME_COLOUR'))
      .map(({ number }) => ({ page: number, angle: angleOf(number) }));
    if (doubtful.length === 0) return pages;
    // Without them pdfjs is asked about what is hidden, so that they fail costs nobody a page.
    const again = await this.#readAgain(options, doubtful, true).catch(() => []);
    return pages.map((page) => {
      const first = shown.find(({ pageNum }) => pageNum === page.number);
      const known = again.find(({ pageNum }) => pageNum === page.number);
      return first === undefined || known === undefined ? page : { ...toReadPage(first, known), look: page.look };
    });
  }

  /** One page by OCR, turned and drawn as told. */
  async readByOcr(options: LiteparseOptions, number: number, setting: OcrSetting): Promise<OcrFound | null> {
    const { languages, dataPath, dpi, turn } = setting;
    const parser = this.#parser(options, {
      targetPages: String(number),
      pageOrientationCorrections: [{ page: number, angle: turn }],
      extractBlocks: true,
      ocrEnabled: true,
      ocrLanguage: languages.join('+'),
      tessdataPath: dataPath,
      dpi,
      extractScreenshots: true,
    });
    const result = await parser.parse(options.source);
    const [read] = result.pages;
    if (read === undefined) return null;
    const [shot] = result.screenshots;
    const picture = shot === undefined ? null : { png: shot.imageBuffer, scale: shot.width / read.width };
    const textItems = read.textItems.filter(({ confidence }) => confidence === undefined);
    const tables = (read.blocks ?? []).flatMap((block) => toTable(block) ?? []);
    const page = { ...toReadPage(read, { ...read, textItems }), tables };
    return { page, text: readOcrText(read), turn, picture };
  }

  /** The tables in what was read and seen by others. */
  findTables(page: Size, words: Piece[], rules: Rules): Table[] {
    return findTables(this.#parser({ source: '', password: null }, { extractBlocks: true }), page, words, rules);
  }

  async #readAgain(
    options: LiteparseOptions,
    turns: PageOrientationCorrection[],
    extractBlocks: boolean,
  ): Promise<ParsedPage[]> {
    const targetPages = turns.map(({ page }) => page).join(',');
    const parser = this.#parser(options, { targetPages, pageOrientationCorrections: turns, extractBlocks });
    return (await parser.parse(options.source)).pages;
  }

  /** Pages drawn at so many dots per inch, with what is filled in, but without annotations. Throws if one of them cannot be drawn. */
  async draw(options: LiteparseOptions, pages: number[], dpi: number): Promise<DrawnPage[]> {
    const shots = await this.#parser(options, { dpi, renderFormFields: true }).screenshot(options.source, pages);
    return shots.map(({ pageNum, width, height, imageBuffer, isSolidFill }) => ({
      number: pageNum,
      width,
      height,
      png: imageBuffer,
      isBlank: isSolidFill,
    }));
  }

  /** What pages of few words show instead. It is asked for those alone, as it takes as long as reading a page. */
  async #look(options: LiteparseOptions, pages: ParsedPage[]): Promise<Map<number, 'SCANNED' | 'DRAWN'>> {
    const looks = new Map<number, 'SCANNED' | 'DRAWN'>();
    const few = pages.filter(({ textItems }) => isSparse(textItems.map(({ text }) => text)));
    if (few.length > 0) {
      const targetPages = few.map(({ pageNum }) => pageNum).join(',');
      for (const found of await this.#parser(options, { targetPages }).isComplex(options.source)) {
        if (found.fullPageImage || found.imageCoverage > mostlyPicture) looks.set(found.pageNumber, 'SCANNED');
        else if (found.reasons.includes('vector-text')) looks.set(found.pageNumber, 'DRAWN');
      }
      // It sees letters that are drawn beside text, but not where they are all there is.
      for (const page of few) {
        if (!looks.has(page.pageNum) && drawsLetters(readShapes(page))) looks.set(page.pageNum, 'DRAWN');
      }
    }
    return looks;
  }
}

const textOnly: Partial<LiteParseConfig> = {
  extractAnnotations: false,
  extractFormFields: false,
  extractContentBounds: false,
  extractVectorGraphics: false,
  imageMode: 'off',
};

function asJobError(error: unknown, password: string | null): JobError {
  const needsPassword = error instanceof Error && error.message.includes('password required');
  if (needsPassword) {
    return new JobError(password === null ? 'PDF_ENCRYPTED' : 'PDF_WRONG_PASSWORD', { cause: error });
  }
  return new JobError('PDF_DAMAGED', { cause: error });
}
