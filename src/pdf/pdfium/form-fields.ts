import { cleanFact, cleanText } from '../content/clean-text.ts';
import type { Box } from '../model/box.ts';
import type { FormField, FormFieldKind } from '../model/document.ts';
import type { PdfiumDocument } from './pdfium-document.ts';

/** Kinds of fields as PDFium counts them; 0 is none that it knows. */
const kinds: (FormFieldKind | null)[] = [null, 'BUTTON', 'CHECKBOX', 'RADIO', 'CHOICE', 'CHOICE', 'TEXT', 'SIGNATURE'];

/** Bits of a field's flags: a password shows as stars, a comb has a place for each letter. */
const [readOnly, password, comb] = [1, 1 << 13, 1 << 24];

/** Choices of a field that are read, at most. */
const maxOptions = 10_000;

const normal = 0;

/** The state of a box that is not checked. */
const off = 'Off';

type Field = Omit<FormField, keyof Box>;

/** A field with the typed or chosen text that readers show in it; null for boxes, buttons and empty fields. */
export interface ShownField {
  field: Field;
  shown: string | null;
  isPassword: boolean;
  isComb: boolean;
}

/** Reads a field with what is filled in; null for one that belongs to no form. */
export function readField(document: PdfiumDocument, annotation: number): ShownField | null {
  const { pdfium } = document;
  const { api } = pdfium;
  const form = document.form;
  if (form === 0) return null;
  const kind = kinds[api.FPDFAnnot_GetFormFieldType(form, annotation)] ?? null;
  if (kind === null) return null;
  const text = (read: (buffer: number, bytes: number) => number) => cleanFact(pdfium.utf16(read));
  const isBox = kind === 'CHECKBOX' || kind === 'RADIO';
  const state = isBox
    ? text((buffer, bytes) => api.FPDFAnnot_GetStringValue(annotation, pdfium.key('AS'), buffer, bytes))
    : null;
  // What is shown counts. PDFium itself compares it with the value of the field, and gets boxes of one field mixed up.
  const checked = isBox ? state !== null && state !== off : null;
  const options = kind === 'CHOICE' ? readOptions(document, form, annotation) : [];
  const value = isBox
    ? (text((buffer, bytes) => api.FPDFAnnot_GetFormFieldExportValue(form, annotation, buffer, bytes)) ?? state)
    : text((buffer, bytes) => api.FPDFAnnot_GetFormFieldValue(form, annotation, buffer, bytes));
  const chosen = cleanFact(
    options
      .filter(({ selected }) => selected)
      .map(({ label }) => label)
      .join(', '),
  );
  const flags = api.FPDFAnnot_GetFormFieldFlags(form, annotation);
  const field = {
    name: text((buffer, bytes) => api.FPDFAnnot_GetFormFieldName(form, annotation, buffer, bytes)),
    kind,
    value: isBox && checked !== true ? null : (value ?? chosen),
    checked,
    options: options.map(({ label }) => cleanText(label)),
    readOnly: (flags & readOnly) !== 0,
  };
  const isWritten = kind === 'TEXT' || kind === 'CHOICE';
  const has = (flag: number) => kind === 'TEXT' && (flags & flag) !== 0;
  return { field, shown: isWritten ? (chosen ?? value) : null, isPassword: has(password), isComb: has(comb) };
}

function readOptions(
  { pdfium }: PdfiumDocument,
  form: number,
  annotation: number,
): { label: string; selected: boolean }[] {
  const { api } = pdfium;
  const count = Math.max(0, Math.min(maxOptions, api.FPDFAnnot_GetOptionCount(form, annotation)));
  return Array.from({ length: count }, (_, index) => ({
    label: pdfium.utf16((buffer, bytes) => api.FPDFAnnot_GetOptionLabel(form, annotation, index, buffer, bytes)),
    selected: api.FPDFAnnot_IsOptionSelected(form, annotation, index) === 1,
  }));
}

/** An operator that shows text, or an object that may. */
const showsText = /T[jJ]\b|\bDo\b|['"]\s/;

/**
 * Makes a filled-in field show its value, as readers do when they open the form. A field whose appearance has no text
 * gets a new appearance; with `NeedAppearances`, all fields do. Returns the field's text if PDFium cannot write it,
 * because it lacks a font or the letters; null for any other field.
 */
export function completeField(document: PdfiumDocument, annotation: number, field: ShownField): string | null {
  const { pdfium } = document;
  const { api } = pdfium;
  if (field.shown === null) return null;
  const hasText = () =>
    showsText.test(pdfium.utf16((buffer, bytes) => api.FPDFAnnot_GetAP(annotation, normal, buffer, bytes)));
  const isWritable = field.shown === field.field.value && !beyondLatin.test(field.shown);
  if (hasText() && !(isWritable && document.needsAppearances)) return null;
  if (isWritable) api.EPDFAnnot_GenerateFormFieldAP(annotation);
  return (isWritable && hasText()) || field.isPassword ? null : field.shown;
}

/** Letters that the standard fonts of forms lack. */
const beyondLatin = /[^\s -~\u00a0-\u00ff]/;
