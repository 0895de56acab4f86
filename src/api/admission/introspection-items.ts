import { type GraphQLSchema, isEnumType, isInputObjectType, isInterfaceType, isObjectType } from 'graphql';

const known = new WeakMap<GraphQLSchema, ReadonlyMap<string, number>>();

/**
 * Average lengths of introspection lists, by field such as `__Type.fields`. With them, an ordinary introspection query
 * costs what it resolves, and the cost of a circular one multiplies.
 */
export function introspectionItems(schema: GraphQLSchema): ReadonlyMap<string, number> {
  const cached = known.get(schema);
  if (cached !== undefined) return cached;
  const types = Object.values(schema.getTypeMap());
  const fields = types.flatMap((type) =>
    isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [],
  );
  const inputs = types.filter(isInputObjectType).flatMap((type) => Object.values(type.getFields()));
  const values = types.filter(isEnumType).flatMap((type) => type.getValues());
  const args = fields.reduce((sum, field) => sum + field.args.length, 0);
  const interfaces = types.filter(isObjectType).reduce((sum, type) => sum + type.getInterfaces().length, 0);
  const items = new Map([
    ['__Schema.types', types.length],
    ['__Schema.directives', schema.getDirectives().length],
    ['__Directive.args', 1],
    ['__Directive.locations', 3],
    ['__Type.fields', fields.length / types.length],
    ['__Type.inputFields', inputs.length / types.length],
    ['__Type.enumValues', values.length / types.length],
    ['__Type.interfaces', interfaces / types.length],
    ['__Type.possibleTypes', interfaces / types.length],
    ['__Field.args', args / fields.length],
    // Half of the references to types are wrapped in NonNull, fewer in a list as well.
    ['__Type.ofType', 0.6],
  ]);
  known.set(schema, items);
  return items;
}
