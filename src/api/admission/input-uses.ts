import {
  type DocumentNode,
  type GraphQLInputField,
  type GraphQLSchema,
  getNamedType,
  isInputObjectType,
  Kind,
  TypeInfo,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type InputIssue, RequestError } from '../../errors.ts';
import type {} from './declarations.ts';

/** How a document uses its variables. */
export interface InputUses {
  /** By variable, the smallest maximum length of the lists it is used as. */
  maxItems: ReadonlyMap<string, number>;
  /** Variables used as Base64 files. */
  files: ReadonlySet<string>;
}

/** Finds how variables are used. Throws TOO_MANY_ITEMS if a list literal is longer than its declared maximum. */
export function inputUsesOf(schema: GraphQLSchema, document: DocumentNode): InputUses {
  const issues: InputIssue[] = [];
  const maxItems = new Map<string, number>();
  const files = new Set<string>();
  const typeInfo = new TypeInfo(schema);

  function check(name: string, value: ValueNode, most: number | undefined): void {
    if (most === undefined) return;
    if (value.kind === Kind.VARIABLE) {
      maxItems.set(value.name.value, Math.min(most, maxItems.get(value.name.value) ?? most));
    } else if (value.kind === Kind.LIST && value.values.length > most) {
      issues.push({ path: [name], code: 'TOO_MANY_ITEMS', message: tooLong(value.values.length, most) });
    }
  }

  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Argument({ name, value }) {
        check(name.value, value, typeInfo.getArgument()?.extensions.maxItems);
      },
      ObjectField({ name, value }) {
        const object = getNamedType(typeInfo.getParentInputType());
        if (!isInputObjectType(object)) return;
        const field: GraphQLInputField | undefined = object.getFields()[name.value];
        check(name.value, value, field?.extensions.maxItems);
        if (field?.extensions.isFile && value.kind === Kind.VARIABLE) files.add(value.name.value);
      },
    }),
  );
  if (issues.length > 0) throw new RequestError('BAD_USER_INPUT', { issues });
  return { maxItems, files };
}

/** The message of an issue about a list that is too long. */
export function tooLong(length: number, maxItems: number): string {
  return `holds ${length} items; the maximum is ${maxItems}`;
}
