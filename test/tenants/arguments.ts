import {
  type GraphQLInputType,
  type GraphQLSchema,
  type GraphQLType,
  getNamedType,
  isInputObjectType,
  isObjectType,
} from 'graphql';

/** An argument of a field, or a field of its input objects: `Mutation.createJob(input.source.job)`. */
export interface Argument {
  name: string;
  /** The root type, the field and the path of the argument. */
  type: string;
  field: string;
  path: string;
  valueType: string;
}

/** Returns every argument of every field of the schema, with the fields of input objects. */
export function argumentsOf(schema: GraphQLSchema): Argument[] {
  const found: Argument[] = [];
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) {
      for (const argument of field.args) {
        for (const { path, valueType } of leaves(argument.name, argument.type, [])) {
          const name = `${type.name}.${field.name}(${path})`;
          found.push({ name, type: type.name, field: field.name, path, valueType });
        }
      }
    }
  }
  return found;
}

function* leaves(
  path: string,
  type: GraphQLInputType,
  seen: readonly string[],
): Generator<{ path: string; valueType: string }> {
  const named: GraphQLType = getNamedType(type);
  if (!isInputObjectType(named)) {
    yield { path, valueType: named.name };
    return;
  }
  if (seen.includes(named.name)) return;
  for (const field of Object.values(named.getFields())) {
    yield* leaves(`${path}.${field.name}`, field.type, [...seen, named.name]);
  }
}
