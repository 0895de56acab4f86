import type { FormField as LiteparseField, ParsedPage } from '@llamaindex/liteparse';
import { notAnnotations } from '../content/annotation-kinds.ts';
import { cleanFact, cleanText } from '../content/clean-text.ts';
import { readDate } from '../content/pdf-date.ts';
import { noBox } from '../model/box.ts';
import type { Annotation, FormField, FormFieldKind } from '../model/document.ts';

export function readAnnotations(page: ParsedPage): Annotation[] {
  return (page.annotations ?? [])
    .filter(({ subtype }) => !notAnnotations.includes(subtype.toLowerCase()))
    .map(({ subtype, contents, title, created, modified, rect }) => ({
      kind: kindOf(subtype),
      text: cleanFact(contents),
      author: cleanFact(title),
      createdAt: readDate(created),
      modifiedAt: readDate(modified),
      ...(rect ?? noBox),
    }));
}

/** Those that are written in two words; LiteParse writes all of them small. */
const twoWords = ['FreeText', 'PolyLine', 'StrikeOut', 'FileAttachment', 'PrinterMark', 'TrapNet', '3D', 'RichMedia'];

/** As the PDF has it. */
function kindOf(subtype: string): string {
  const [first, ...rest] = subtype.toLowerCase();
  const known = twoWords.find((kind) => kind.toLowerCase() === subtype.toLowerCase());
  return known ?? (first === undefined ? 'Unknown' : `${first.toUpperCase()}${rest.join('')}`);
}

export const readOnlyFlag = 1;

const kinds: Record<string, FormFieldKind> = {
  text_field: 'TEXT',
  textfield: 'TEXT',
  text: 'TEXT',
  checkbox: 'CHECKBOX',
  radio: 'RADIO',
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
  // LiteParse tells what a box stands for only while it is checked.
  const boxValue = field.checked === true ? field.exportValue : null;
  return {
    name: cleanFact(field.name),
    kind,
    value: cleanFact(isBox ? boxValue : (field.value ?? chosen)) ?? cleanFact(chosen),
    checked: isBox ? field.checked === true : null,
    options: field.options.map(cleanText),
    readOnly: (field.fieldFlags & readOnlyFlag) !== 0,
    ...(field.rect ?? noBox),
  };
}
