import {
  type GraphQLInputObjectType,
  type GraphQLInputType,
  type GraphQLLeafType,
  type GraphQLSchema,
  getNullableType,
  isInputObjectType,
  isInputType,
  isLeafType,
  isListType,
  Kind,
  type OperationDefinitionNode,
  typeFromAST,
} from 'graphql';
import { type InputIssue, RequestError } from '../../errors.ts';
import type {} from './declarations.ts';
import { type InputUses, tooLong } from './input-uses.ts';

/** Maximum values in one JSON scalar, nested ones included. Metadata of 16 KiB cannot hold more. */
const maxJsonValues = 16_384;

/** Maximum levels of one JSON scalar: more than resolvers accept, and far fewer than overflow a stack. */
const maxJsonDepth = 200;

/** Maximum characters of one text, or of all texts and keys of a JSON scalar. Most resolvers accept less. */
const maxCharacters = 64 * 1024;

/** Maximum characters of an enum value, an ID, a date and the like. */
const maxShortCharacters = 1_000;

/** Maximum unknown fields of an input object: GraphQL compares the name of each with all known names. */
const maxUnknownFields = 20;

/** Maximum issues that an error reports. */
const maxIssues = 100;

/** Scalars whose values may be long texts. */
const longScalars = new Set(['String', 'JSONObject', 'JSON']);

/**
 * Refuses variables that are larger than any resolver accepts: lists, texts, JSON, field names. Runs before coercion,
 * which visits every item, repeats a wrong value in its error, and compares it with all similar names.
 */
export function checkVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  { maxItems: maxItemsOf, files }: InputUses,
  variables: Readonly<Record<string, unknown>>,
): void {
  const issues: InputIssue[] = [];
  for (const { variable, type: typeNode, defaultValue } of variableDefinitions) {
    const name = variable.name.value;
    const maxItems = maxItemsOf.get(name) ?? Number.POSITIVE_INFINITY;
    if (Object.hasOwn(variables, name)) {
      const type = typeFromAST(schema, typeNode);
      const isFile = files.has(name);
      if (isInputType(type)) checkValue(variables[name], type, { maxItems, isFile, path: [name] }, issues);
    } else if (defaultValue?.kind === Kind.LIST && defaultValue.values.length > maxItems) {
      issues.push({ path: [name], code: 'TOO_MANY_ITEMS', message: tooLong(defaultValue.values.length, maxItems) });
    }
  }
  if (issues.length > 0) throw new RequestError('BAD_USER_INPUT', { issues });
}

/** The position of a value in the variables. */
interface Place {
  path: InputIssue['path'];
  maxItems: number;
  /** Whether its text is a file. */
  isFile: boolean;
}

function checkValue(value: unknown, type: GraphQLInputType, place: Place, issues: InputIssue[]): void {
  if (issues.length >= maxIssues) return;
  const nullable = getNullableType(type);
  if (isListType(nullable)) {
    if (Array.isArray(value)) checkList(value, nullable.ofType, place, issues);
    // GraphQL accepts a single value as a list of one.
    else checkValue(value, nullable.ofType, place, issues);
  } else if (isInputObjectType(nullable)) {
    if (typeof value === 'object' && value !== null) checkObject(value, nullable, place, issues);
  } else if (isLeafType(nullable)) {
    const message = leafProblem(value, nullable, place.isFile);
    if (message !== null)
      issues.push({ path: place.path, code: typeof value === 'string' ? 'TOO_LONG' : 'TOO_LARGE', message });
  }
}

function checkList(
  list: readonly unknown[],
  type: GraphQLInputType,
  { path, maxItems, isFile }: Place,
  issues: InputIssue[],
): void {
  if (list.length > maxItems) {
    issues.push({ path, code: 'TOO_MANY_ITEMS', message: tooLong(list.length, maxItems) });
    return;
  }
  for (const [index, item] of list.entries()) {
    checkValue(item, type, { maxItems, isFile, path: [...path, index] }, issues);
  }
}

function checkObject(value: object, type: GraphQLInputObjectType, { path }: Place, issues: InputIssue[]): void {
  const fields = type.getFields();
  let unknown = 0;
  for (const key in value) {
    const field = fields[key];
    if (field !== undefined) {
      const { maxItems = Number.POSITIVE_INFINITY, isFile = false } = field.extensions;
      checkValue(Reflect.get(value, key), field.type, { maxItems, isFile, path: [...path, key] }, issues);
      continue;
    }
    unknown += 1;
    if (unknown <= maxUnknownFields && key.length <= maxShortCharacters) continue;
    const message = `has too many or too long fields that ${type.name} does not have`;
    issues.push({ path, code: 'TOO_LARGE', message });
    return;
  }
}

/** Returns why a value is too large for a scalar or an enum; null if it is not. Other problems are ignored. */
function leafProblem(value: unknown, type: GraphQLLeafType, isFile: boolean): string | null {
  if (typeof value === 'string') {
    const most = longScalars.has(type.name) ? maxCharacters : maxShortCharacters;
    return isFile || value.length <= most ? null : `must not exceed ${most} characters`;
  }
  const message = `must not hold more than ${maxJsonValues} values, ${maxJsonDepth} levels or ${maxCharacters} characters`;
  return isJsonContainer(value) && exceedsJsonLimits(value) ? message : null;
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
  let characters = 0;
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.depth > maxJsonDepth) return true;
    for (const key in next.value) {
      const inner: unknown = Reflect.get(next.value, key);
      count += 1;
      characters += key.length + (typeof inner === 'string' ? inner.length : 0);
      if (count > maxJsonValues || characters > maxCharacters) return true;
      if (typeof inner === 'object' && inner !== null) pending.push({ value: inner, depth: next.depth + 1 });
    }
  }
  return false;
}
