import {
  type DocumentNode,
  type GraphQLSchema,
  type GraphQLType,
  getNullableType,
  getOperationAST,
  isInputObjectType,
  isListType,
  isScalarType,
  parse,
  typeFromAST,
  type VariableDefinitionNode,
} from 'graphql';
import { z } from 'zod';
import { HttpError } from './guards.ts';
import { readShortJson } from './json-body.ts';
import type { MultipartBody } from './multipart-body.ts';

/** Maximum paths of all files together. */
const maxPlaces = 20;

/** Far more than 20 paths need. */
const maxMapCharacters = 64 * 1024;

/** Far more tokens than an operation that takes files needs. */
const maxTokens = 5_000;

const operationParams = z.looseObject({
  query: z.string(),
  operationName: z.string().nullish(),
  variables: z.record(z.string(), z.unknown()).nullish(),
});

const fileMap = z.record(z.string(), z.array(z.string().max(500)).min(1).max(maxPlaces));

/**
 * The operation of a multipart request with its files inserted. A file replaces a variable, or a part of one, that is
 * null and of type `File`. No other path is accepted, so no value is created, overwritten or resized.
 */
export function placeFiles({ operations, map, files }: MultipartBody, schema: GraphQLSchema): unknown {
  const operation = operationParams.safeParse(readShortJson(operations, 'The field operations'));
  if (!operation.success) throw new HttpError(400, 'The field operations is not an operation with a query.');
  if (map.length > maxMapCharacters) throw new HttpError(400, 'The field map is too large.');
  const places = fileMap.safeParse(readShortJson(map, 'The field map'));
  if (!places.success) throw new HttpError(400, 'The field map is not an object with lists of paths.');
  const entries = Object.entries(places.data);
  if (entries.length !== files.size || !entries.every(([name]) => files.has(name)))
    throw new HttpError(400, 'The field map does not name exactly the files of the request.');
  const paths = entries.flatMap(([name, all]) => all.map((path) => ({ name, path })));
  if (paths.length > maxPlaces) throw new HttpError(400, `The field map must not have more than ${maxPlaces} paths.`);
  // Without a valid document there are no types. GraphQL will report what is wrong with it.
  const document = parsed(operation.data.query);
  if (document === null) return operation.data;
  const { operationName, variables } = operation.data;
  const definitions = getOperationAST(document, operationName)?.variableDefinitions ?? [];
  for (const { name, path } of paths) {
    const place = findPlace(schema, definitions, variables ?? {}, path.split('.'));
    if (place === null || !isNullFile(place))
      throw new HttpError(400, `${JSON.stringify(path)} is not the path of a variable that is null and of type File.`);
    Reflect.set(place.holder, place.key, files.get(name));
  }
  return operation.data;
}

function parsed(query: string): DocumentNode | null {
  try {
    return parse(query, { maxTokens, noLocation: true });
  } catch {
    return null;
  }
}

/** A variable, or an input field or list element inside one. */
interface Place {
  holder: object;
  key: string;
  type: GraphQLType | undefined;
}

function valueAt({ holder, key }: Place): unknown {
  return Reflect.get(holder, key);
}

function isNullFile(place: Place): boolean {
  const type = getNullableType(place.type);
  return valueAt(place) === null && isScalarType(type) && type.name === 'File';
}

/** Follows a path through values and types together; null if it leaves either. */
function findPlace(
  schema: GraphQLSchema,
  definitions: readonly VariableDefinitionNode[],
  variables: object,
  [root, name = '', ...keys]: string[],
): Place | null {
  const definition = definitions.find((each) => each.variable.name.value === name);
  if (root !== 'variables' || definition === undefined || !Object.hasOwn(variables, name)) return null;
  let place: Place | null = { holder: variables, key: name, type: typeFromAST(schema, definition.type) };
  for (const key of keys) place = place && inside(place, key);
  return place;
}

function inside(place: Place, key: string): Place | null {
  const value = valueAt(place);
  const type = getNullableType(place.type);
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, key)) return null;
  if (isInputObjectType(type) && !Array.isArray(value))
    return { holder: value, key, type: type.getFields()[key]?.type };
  // Own keys of an array are its indexes and `length`.
  if (isListType(type) && Array.isArray(value) && key !== 'length') return { holder: value, key, type: type.ofType };
  return null;
}
