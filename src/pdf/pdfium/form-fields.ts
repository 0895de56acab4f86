import { cleanFact, cleanText } from '../content/clean-text.ts';
import type { Box } from '../model/box.ts';
import type { FormField, FormFieldKind } from '../model/document.ts';
import type { PdfiumDocument } from './pdfium-document.ts';

/** Kinds of fields as PDFium counts them; 0 is none that it knows. */
const kinds: (FormFieldKind | null)[] = [null, 'BUTTON', 'CHECKBOX', 'RADIO', 'CHOICE', 'CHOICE', 'TEXT', 'SIGNATURE'];

const readOnly = 1;

/** Choices of a field that are read, at most. */
const mostOptions = 10_000;

const normal = 0;

/** The state of a box that is not checked. */
const off = 'Off';

type Field = Omit<FormField, keyof Box>;

/** Reads a field with what is filled in; null for one that belongs to no form. */
export function readField(document: PdfiumDocument, annotation: number): Field | null {
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
  const chosen = options.filter(({ selected }) => selected).map(({ label }) => label);
  return {
    name: text((buffer, bytes) => api.FPDFAnnot_GetFormFieldName(form, annotation, buffer, bytes)),
    kind,
    value: isBox && checked !== true ? null : (value ?? cleanFact(chosen.join(', '))),
    checked,
    options: options.map(({ label }) => cleanText(label)),
    readOnly: (api.FPDFAnnot_GetFormFieldFlags(form, annotation) & readOnly) !== 0,
  };
}

function readOptions(
  { pdfium }: PdfiumDocument,
  form: number,
  annotation: number,
): { label: string; selected: boolean }[] {
  const { api } = pdfium;
  const count = Math.max(0, Math.min(mostOptions, api.FPDFAnnot_GetOptionCount(form, annotation)));
  return Array.from({ length: count }, (_, index) => ({
    label: pdfium.utf16((buffer, bytes) => api.FPDFAnnot_GetOptionLabel(form, annotation, index, buffer, bytes)),
    selected: api.FPDFAnnot_IsOptionSelected(form, annotation, index) === 1,
  }));
}

/** An operator that shows text, or an object that may. */
const showsText = /T[jJ]\b|\bDo\b|['"]\s/;

/** Gives a filled-in field whose appearance has no text one that has, as readers do when they open the form. */
export function completeField({ pdfium }: PdfiumDocument, annotation: number, field: Field | null): void {
  const { api } = pdfium;
  const isWritten = field !== null && field.value !== null && (field.kind === 'TEXT' || field.kind === 'CHOICE');
  if (!isWritten) return;
  const appearance = pdfium.utf16((buffer, bytes) => api.FPDFAnnot_GetAP(annotation, normal, buffer, bytes));
  if (!showsText.test(appearance)) api.EPDFAnnot_GenerateFormFieldAP(annotation);
}
