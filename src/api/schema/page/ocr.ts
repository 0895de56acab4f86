import type { PageOcr as PageOcrShape } from '../../../pdf/model/document.ts';
import { builder } from '../builder.ts';

export const OcrReason = builder.enumType('OcrReason', {
  description: 'Why the text of a page differs from what the page shows.',
  values: {
    SCANNED: { description: 'The page is a picture.' },
    DRAWN: { description: 'The letters are drawn as outlines, without text.' },
    GARBLED: { description: 'The fonts do not say which characters they show.' },
  } as const,
});

const OcrOutcome = builder.enumType('OcrOutcome', {
  description: 'What OCR achieved on a page.',
  values: {
    READ: { description: 'OCR read text, which the text and Markdown of the page contain.' },
    NOTHING_FOUND: { description: 'OCR found no text in the requested languages.' },
    UNAVAILABLE: {
      description:
        'OCR was not possible: it has no binary for the machine of the worker, it crashed on the document before, or no engine can draw the page.',
    },
  } as const,
});

export const PageOcr = builder.objectRef<PageOcrShape>('PageOcr').implement({
  description: 'The result of OCR on a page.',
  fields: (t) => ({
    outcome: t.expose('outcome', { type: OcrOutcome, description: 'What OCR achieved.' }),
    languages: t.exposeStringList('languages', {
      description: "The languages that OCR looked for, by Tesseract's names; at most 4.",
    }),
    confidence: t.exposeFloat('confidence', {
      nullable: true,
      description: 'Average confidence, from 0 to 1; above 0.9 for good scans. Null if OCR read nothing.',
    }),
  }),
});
