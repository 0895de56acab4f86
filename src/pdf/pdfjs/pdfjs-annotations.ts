import type { PDFPageProxy } from 'pdfjs-dist/legacy/build/pdf.mjs';
import { notAnnotations } from '../content/annotation-kinds.ts';
import { cleanFact, cleanText } from '../content/clean-text.ts';
import { readDate } from '../content/pdf-date.ts';
import { type Box, noBox } from '../model/box.ts';
import type { Annotation, FormField, FormFieldKind } from '../model/document.ts';
import type { HiddenPiece } from '../model/hidden-text.ts';

export type Viewport = ReturnType<PDFPageProxy['getViewport']>;

/** Converts a rectangle of the document to a box of the displayed page. */
export function toBox(rectangle: unknown, viewport: Viewport): Box | null {
  if (!Array.isArray(rectangle)) {
    return null;
  }
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = viewport.convertToViewportRectangle(rectangle.map(Number)).map(Number);
  return { x: Math.min(x1, x2), y: Math.min(y1, y2), width: Math.abs(x2 - x1), height: Math.abs(y2 - y1) };
}

export function readAnnotations(found: Record<string, unknown>[], viewport: Viewport): Annotation[] {
  return found
    .filter(({ subtype }) => !notAnnotations.includes(String(subtype).toLowerCase()))
    .map((annotation) => ({
      kind: cleanFact(annotation.subtype) ?? 'Unknown',
      text: stringOf(annotation.contentsObj),
      author: stringOf(annotation.titleObj),
      createdAt: readDate(annotation.creationDate),
      modifiedAt: readDate(annotation.modificationDate),
      ...(toBox(annotation.rect, viewport) ?? noBox),
    }));
}

function stringOf(value: unknown): string | null {
  return typeof value === 'object' && value !== null && 'str' in value ? cleanFact(value.str) : null;
}

export function readFormFields(found: Record<string, unknown>[], viewport: Viewport): FormField[] {
  return found
    .filter(({ subtype, fieldType }) => subtype === 'Widget' && typeof fieldType === 'string')
    .map((field) => {
      const kind = kindOf(field);
      const isBox = kind === 'CHECKBOX' || kind === 'RADIO';
      const exported = field.exportValue ?? field.buttonValue;
      return {
        name: cleanFact(field.fieldName),
        kind,
        value: readValue(isBox ? exported : field.fieldValue),
        checked: isBox ? field.fieldValue === exported && exported !== undefined : null,
        options: Array.isArray(field.options) ? field.options.flatMap(optionOf) : [],
        readOnly: field.readOnly === true,
        ...(toBox(field.rect, viewport) ?? noBox),
      };
    });
}

/** Reads form values and typewritten notes as text: PDF readers show it on the page, but pdfjs keeps it separate. */
export function readFilledIn(found: Record<string, unknown>[], viewport: Viewport): HiddenPiece['piece'][] {
  return found.flatMap((field) => {
    const box = isWritten(field) ? toBox(field.rect, viewport) : null;
    if (box === null || !(box.width > 0 && box.height > 0)) return [];
    const lines = linesOf(field).map((line) => cleanText(line).trim());
    const height = box.height / Math.max(1, lines.length);
    const size = Math.round(Math.min(sizeOf(field) || largestFilledIn, height) * 10) / 10;
    return lines.flatMap((text, index) =>
      text === ''
        ? []
        : {
            ...{
              text,
              x: box.x,
              y: box.y + index * height + (height - size) / 2,
              width: box.width,
              height: size,
              size,
            },
            ...{ bold: false, fixedWidth: false, turned: false, colour: null, invisible: false, font: null },
          },
    );
  });
}

function isWritten({ subtype }: Record<string, unknown>): boolean {
  return subtype === 'Widget' || subtype === 'FreeText';
}

/**
 * Maximum size of form values, in points. If a form leaves the size to the reader, the text fits the box up to this
 * size.
 */
const largestFilledIn = 12;

function linesOf(field: Record<string, unknown>): string[] {
  const { textContent } = field;
  if (field.password === true) return [];
  if ((field.fieldType === 'Tx' || field.subtype === 'FreeText') && Array.isArray(textContent))
    return textContent.map(String);
  return field.fieldType === 'Ch' && field.hasAppearance === true ? chosen(field) : [];
}

/** Returns the labels of the chosen options. */
function chosen({ fieldValue, options }: Record<string, unknown>): string[] {
  const values = (Array.isArray(fieldValue) ? fieldValue : [fieldValue]).filter((value) => typeof value === 'string');
  const known: unknown[] = Array.isArray(options) ? options : [];
  return values.map((value) => {
    const option = known.find((each) => isObject(each) && each.exportValue === value);
    return isObject(option) && typeof option.displayValue === 'string' ? option.displayValue : value;
  });
}

function sizeOf({ defaultAppearanceData: look }: Record<string, unknown>): number {
  return isObject(look) && typeof look.fontSize === 'number' ? look.fontSize : 0;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function kindOf(field: Record<string, unknown>): FormFieldKind {
  if (field.fieldType === 'Btn') {
    if (field.checkBox === true) return 'CHECKBOX';
    return field.radioButton === true ? 'RADIO' : 'BUTTON';
  }
  if (field.fieldType === 'Ch') return 'CHOICE';
  return field.fieldType === 'Sig' ? 'SIGNATURE' : 'TEXT';
}

function readValue(value: unknown): string | null {
  return cleanFact(Array.isArray(value) ? value.map(String).join(', ') : value);
}

function optionOf(option: unknown): string[] {
  const isOption = typeof option === 'object' && option !== null && 'displayValue' in option;
  return isOption && typeof option.displayValue === 'string' ? [cleanText(option.displayValue)] : [];
}
