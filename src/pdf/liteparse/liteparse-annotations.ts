import type { FormField as LiteparseField, ParsedPage } from '@llamaindex/liteparse';
import { cleanFact, cleanText } from '../clean-text.ts';
import type { Annotation, FormField, FormFieldKind } from '../document.ts';
import { noBox } from '../layout/piece.ts';
import { readDate } from '../pdfjs/document-facts.ts';

/** Links are told of as links, fields as fields, and a popup is the window of a comment. */
export const notAnnotations = ['link', 'widget', 'popup'];

export function readAnnotations(page: ParsedPage): Annotation[] {
  return (page.annotations ?? [])
    .filter(({ subtype }) => !notAnnotations.includes(subtype.toLowerCase()))
    .map(({ subtype, contents, title, created, modified, rect }) => ({
      kind: subtype[0] === undefined ? 'Unknown' : `${subtype[0].toUpperCase()}${subtype.slice(1)}`,
      text: cleanFact(contents),
      author: cleanFact(title),
      createdAt: readDate(created),
      modifiedAt: readDate(modified),
      ...(rect ?? noBox),
    }));
}

export const readOnlyFlag = 1;

const kinds: Record<string, FormFieldKind> = {
  text_field: 'TEXT',
  textfield: 'TEXT',
  text: 'TEXT',
  checkbox: 'CHECKBOX',
  radiobutton: 'RADIO',
  radio_button: 'RADIO',
  combobox: 'CHOICE',
  combo_box: 'CHOICE',
  listbox: 'CHOICE',
  list_box: 'CHOICE',
  pushbutton: 'BUTTON',
  push_button: 'BUTTON',
  signature: 'SIGNATURE',
};

export function toFormField(field: LiteparseField): FormField {
  const kind = kinds[field.type.toLowerCase()] ?? 'TEXT';
  const isBox = kind === 'CHECKBOX' || kind === 'RADIO';
  const chosen = field.selectedOptions.join(', ');
  return {
    name: cleanFact(field.name),
    kind,
    value: cleanFact(isBox ? field.exportValue : (field.value ?? chosen)) ?? cleanFact(chosen),
    checked: isBox ? field.checked === true : null,
    options: field.options.map(cleanText),
    readOnly: (field.fieldFlags & readOnlyFlag) !== 0,
    ...(field.rect ?? noBox),
  };
}
