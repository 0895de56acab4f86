import {
  type DocumentNode,
  GraphQLError,
  type GraphQLInputType,
  type GraphQLSchema,
  getNamedType,
  getNullableType,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  TypeInfo,
  typeFromAST,
  type ValueNode,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type InputIssue, RequestError } from '../../errors.ts';
import type {} from './declarations.ts';

/** Maximum values in one JSON scalar, including nested ones. Metadata of 16 KiB cannot contain more. */
const maxJsonValues = 16_384;

/** Maximum depth of one JSON scalar: more than resolvers accept, and far less than overflows a stack. */
const maxJsonDepth = 200;

/** A variable used where a list with a declared maximum is expected. */
interface ListUse {
  variable: string;
  maxItems: number;
}

/** The use of input lists in a document. */
export interface InputLists {
  /** List literals that are too long. */
  errors: readonly GraphQLError[];
  uses: readonly ListUse[];
}

/** Finds list literals longer than declared, and variables used as lists. */
export function inputListsOf(schema: GraphQLSchema, document: DocumentNode): InputLists {
  const errors: GraphQLError[] = [];
  const uses: ListUse[] = [];
  const typeInfo = new TypeInfo(schema);

  function check(value: ValueNode, maxItems: number | undefined): void {
    if (maxItems === undefined) return;
    if (value.kind === Kind.VARIABLE) uses.push({ variable: value.name.value, maxItems });
    if (value.kind === Kind.LIST && value.values.length > maxItems) {
      errors.push(new GraphQLError(`A list ${tooLong(value.values.length, maxItems)}.`, { nodes: value }));
    }
  }

  visit(
    document,
    visitWithTypeInfo(typeInfo, {
      Argument({ value }) {
        check(value, typeInfo.getArgument()?.extensions.maxItems);
      },
      ObjectField({ name, value }) {
        const object = getNamedType(typeInfo.getParentInputType());
        if (isInputObjectType(object)) check(value, object.getFields()[name.value]?.extensions.maxItems);
      },
    }),
  );
  return { errors, uses };
}

/**
 * Refuses variables whose lists are longer than declared, or whose JSON scalars are larger than any resolver accepts.
 * Runs before coercion, which visits every item.
 */
export function checkVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  uses: readonly ListUse[],
  variables: Readonly<Record<string, unknown>>,
): void {
  const issues: InputIssue[] = [];
  for (const { variable, type: typeNode, defaultValue } of variableDefinitions) {
    const name = variable.name.value;
    const maxItems = Math.min(...uses.filter((use) => use.variable === name).map((use) => use.maxItems));
    if (Object.hasOwn(variables, name)) {
      const type = typeFromAST(schema, typeNode);
      if (isInputType(type)) checkValue(variables[name], type, maxItems, [name], issues);
    } else if (defaultValue?.kind === Kind.LIST && defaultValue.values.length > maxItems) {
      issues.push({ path: [name], code: 'TOO_MANY_ITEMS', message: tooLong(defaultValue.values.length, maxItems) });
    }
  }
  if (issues.length > 0) throw new RequestError('BAD_USER_INPUT', { issues });
}

function checkValue(
  value: unknown,
  type: GraphQLInputType,
  maxItems: number,
  path: InputIssue['path'],
  issues: InputIssue[],
): void {
  const nullable = getNullableType(type);
  if (isListType(nullable) && Array.isArray(value)) {
    if (value.length > maxItems) {
      issues.push({ path, code: 'TOO_MANY_ITEMS', message: tooLong(value.length, maxItems) });
      return;
    }
    for (const [index, item] of value.entries()) checkValue(item, nullable.ofType, maxItems, [...path, index], issues);
  } else if (isInputObjectType(nullable) && typeof value === 'object' && value !== null) {
    for (const field of Object.values(nullable.getFields())) {
      const given: unknown = Reflect.get(value, field.name);
      if (given == null) continue;
      checkValue(
        given,
        field.type,
        field.extensions.maxItems ?? Number.POSITIVE_INFINITY,
        [...path, field.name],
        issues,
      );
    }
  } else if (isLeafType(nullable) && isJsonContainer(value) && exceedsJsonLimits(value)) {
    const message = `must not contain more than ${maxJsonValues} values or ${maxJsonDepth} levels`;
    issues.push({ path, code: 'TOO_LARGE', message });
  }
}

/** Whether a value came from JSON. The file of a multipart request did not. */
function isJsonContainer(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  return Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype;
}

/** Counts without recursion, and stops at the first limit. */
function exceedsJsonLimits(value: object): boolean {
  const pending: { value: object; depth: number }[] = [{ value, depth: 1 }];
  let count = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > maxJsonDepth) return true;
    for (const key in next.value) {
      count += 1;
      if (count > maxJsonValues) return true;
      const inner: unknown = Reflect.get(next.value, key);
      if (typeof inner === 'object' && inner !== null) pending.push({ value: inner, depth: next.depth + 1 });
    }
  }
  return false;
}

function tooLong(length: number, maxItems: number): string {
  return `contains ${length} items; the maximum is ${maxItems}`;
}
