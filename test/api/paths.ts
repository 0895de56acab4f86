import {
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
} from 'graphql';

/** A field on the path from `Query` to an object, as written in a query. */
interface Step {
  type: string;
  name: string;
  args: string[];
  /** The type that its objects are narrowed to when the field has an interface type; otherwise null. */
  on: string | null;
  isConnection: boolean;
}

/** A path through the schema, and the leaf fields selected at its end. */
export interface Path {
  steps: Step[];
  leaves: string[];
}

/** Returns the value of an argument in every query, or undefined to omit it. */
export type ArgumentValue = (argument: string, field: string, type: string) => string | undefined;

type Field = GraphQLField<unknown, unknown>;

/** Returns the paths below connections. `node` is left out: it reaches no other objects. */
export function pathsOf(schema: GraphQLSchema, argumentOf: ArgumentValue): Path[] {
  return allPathsOf(schema, argumentOf).filter(
    (path) => connectionsOf(path).length > 0 && path.steps[0]?.name !== 'node',
  );
}

/**
 * Returns the shortest paths from `Query` to every field with objects, also below every connection, so that a new field
 * of the schema adds its own paths.
 */
export function allPathsOf(schema: GraphQLSchema, argumentOf: ArgumentValue): Path[] {
  const query = schema.getQueryType();
  if (query == null) throw new Error('the schema has no queries');
  const all = [...walk(schema, argumentOf, query, [], [])].sort((a, b) => a.steps.length - b.steps.length);
  const distinct = new Map<string, Path>();
  for (const path of all) if (!distinct.has(endOf(path))) distinct.set(endOf(path), path);
  return [...distinct.values()];
}

/** Identifies a path by its part from the last connection on, or from the one before if it ends with one. */
function endOf({ steps }: Path): string {
  const start = steps.slice(0, -1).findLastIndex(({ isConnection }) => isConnection);
  return steps
    .slice(Math.max(0, start))
    .map(({ type, name, on }) => `${type}.${name}<${on}>`)
    .join(' ');
}

function* walk(
  schema: GraphQLSchema,
  argumentOf: ArgumentValue,
  type: GraphQLObjectType,
  steps: Step[],
  seen: string[],
): Generator<Path> {
  for (const field of Object.values(type.getFields())) {
    const named = getNamedType(field.type);
    if (!isCompositeType(named)) continue;
    const nodes = isObjectType(named) ? named.getFields().nodes : undefined;
    const target = nodes === undefined ? named : getNamedType(nodes.type);
    const targets = isInterfaceType(target) ? schema.getPossibleTypes(target) : [target];
    for (const each of targets) {
      if (!isObjectType(each)) continue;
      const on = isInterfaceType(target) ? each.name : null;
      const args = argumentsOf(field, type, argumentOf);
      const path = [...steps, { type: type.name, name: field.name, args, on, isConnection: nodes !== undefined }];
      yield { steps: path, leaves: leavesOf(each, argumentOf) };
      if (!seen.includes(each.name)) yield* walk(schema, argumentOf, each, path, [...seen, each.name]);
    }
  }
}

function argumentsOf(field: Field, type: GraphQLObjectType, argumentOf: ArgumentValue): string[] {
  return field.args.flatMap((argument: GraphQLArgument) => {
    const value = argumentOf(argument.name, field.name, type.name);
    if (value === undefined && isRequiredArgument(argument)) {
      throw new Error(`give the test a value for ${type.name}.${field.name}(${argument.name}:)`);
    }
    return value === undefined ? [] : [`${argument.name}: ${value}`];
  });
}

function leavesOf(type: GraphQLObjectType, argumentOf: ArgumentValue): string[] {
  return Object.values(type.getFields())
    .filter((field) => isLeafType(getNamedType(field.type)))
    .map((field) => call(field.name, argumentsOf(field, type, argumentOf)));
}

function call(name: string, args: string[]): string {
  return args.length === 0 ? name : `${name}(${args.join(', ')})`;
}

/** Builds a query from a path; `sizeOf` returns the page size of each connection. */
export function queryOf({ steps, leaves }: Path, sizeOf: (connection: number) => number): string {
  const [selection] = steps.reduceRight(
    ([inner, connection], { name, args, on, isConnection }): [string, number] => {
      const narrowed = on === null ? inner : `... on ${on} { ${inner} }`;
      if (!isConnection) return [`${call(name, args)} { ${narrowed} }`, connection];
      const sized = call(name, [...args, `first: ${sizeOf(connection)}`]);
      return [`${sized} { nodes { ${narrowed} } }`, connection - 1];
    },
    [leaves.length === 0 ? '__typename' : leaves.join(' '), connectionsOf({ steps, leaves }).length - 1],
  );
  return `{ ${selection} }`;
}

/** The connections of a path, outermost first. */
export function connectionsOf({ steps }: Path): string[] {
  return steps.filter(({ isConnection }) => isConnection).map(({ name }) => name);
}

export function nameOf({ steps }: Path): string {
  return steps.map(({ name, on }) => (on === null ? name : `${name}<${on}>`)).join('.');
}
