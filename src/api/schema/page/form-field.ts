import type { FormField as FormFieldShape } from '../../../pdf/model/document.ts';
import { builder } from '../builder.ts';
import { listConnection } from '../stored-list.ts';
import { Box } from './box.ts';

const FormFieldKind = builder.enumType('FormFieldKind', {
  description: 'The kinds of form fields.',
  values: {
    TEXT: { description: 'A field for text.' },
    CHECKBOX: { description: 'A check box.' },
    RADIO: { description: 'One radio button of a group.' },
    CHOICE: { description: 'A list of options.' },
    BUTTON: { description: 'A push button.' },
    SIGNATURE: { description: 'A field for a signature.' },
  } as const,
});

const maxOptions = 1_000;

export const FormField = builder.objectRef<FormFieldShape>('FormField').implement({
  description: 'A form field with its value.',
  fields: (t) => ({
    name: t.exposeString('name', {
      nullable: true,
      description: 'The full name of the field, including the names of its parents.',
    }),
    kind: t.expose('kind', { type: FormFieldKind, description: 'The kind of field.' }),
    value: t.exposeString('value', {
      nullable: true,
      description: 'The value that was filled in; of a checked box or radio button, the value it stands for.',
    }),
    checked: t.exposeBoolean('checked', {
      nullable: true,
      description: 'Whether the box or radio button is checked; null for other fields.',
    }),
    options: t.stringList({
      description: `The options of a CHOICE field, the first ${maxOptions.toLocaleString('en')} of them; empty for other fields.`,
      resolve: ({ options }) => options.slice(0, maxOptions),
    }),
    readOnly: t.exposeBoolean('readOnly', { description: 'Whether the document does not allow changing the field.' }),
    box: t.field({ type: Box, description: 'The area of the field.', resolve: (field) => field }),
  }),
});

export const FormFieldConnection = listConnection(FormField, 'FormField', 'form fields of a page');
