import type { LiteParse, LiteParseConfig } from '@llamaindex/liteparse';
import type { Size } from '../model/box.ts';
import type { Rules } from '../model/drawing.ts';
import type { Piece } from '../model/piece.ts';
import type { Table } from '../model/table.ts';
import { findTables } from './liteparse-tables.ts';
import { type OcrText, readOcrText } from './ocr-text.ts';

type LiteParseConstructor = new (config: Partial<LiteParseConfig>) => LiteParse;

export interface OcrSetting {
  languages: string[];
  /** The folder with the data of all languages. LiteParse would download missing data. */
  dataPath: string;
  /** Dots per inch. */
  dpi: number;
}

/** Loads LiteParse, which contains Tesseract; null if it has no binary for this machine. */
export async function loadLiteparse(): Promise<LiteparseEngine | null> {
  try {
    const module = await import('@llamaindex/liteparse');
    return new LiteparseEngine(module.LiteParse);
  } catch {
    return null;
  }
}

/** The uses of LiteParse: OCR, and finding tables in its results. */
export class LiteparseEngine {
  readonly #LiteParse: LiteParseConstructor;

  constructor(implementation: LiteParseConstructor) {
    this.#LiteParse = implementation;
  }

  #parser(more: Partial<LiteParseConfig>): LiteParse {
    return new this.#LiteParse({
      // Its Markdown is not needed and takes time.
      outputFormat: 'json',
      imageMode: 'off',
      ocrEnabled: false,
      extractBlocks: false,
      extractLinks: false,
      numWorkers: 1,
      quiet: true,
      ...more,
    });
  }

  /** Reads a one-page document that shows a picture, by OCR. Throws if that fails. */
  async readByOcr(document: Uint8Array, { languages, dataPath, dpi }: OcrSetting): Promise<OcrText> {
    const parser = this.#parser({ ocrEnabled: true, ocrLanguage: languages.join('+'), tessdataPath: dataPath, dpi });
    const { pages } = await parser.parse(document);
    return readOcrText(pages.flatMap(({ textItems }) => textItems));
  }

  /** Finds tables in words and rules from elsewhere. */
  findTables(page: Size, words: Piece[], rules: Rules): Table[] {
    return findTables(this.#parser({ extractBlocks: true }), page, words, rules);
  }
}
