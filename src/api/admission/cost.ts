import {
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  SchemaMetaFieldDef,
  type SelectionSetNode,
  TypeMetaFieldDef,
  TypeNameMetaFieldDef,
  type ValueNode,
} from 'graphql';
import type {} from './declarations.ts';
import { introspectionItems } from './introspection-items.ts';
import { fragmentsOf } from './shape.ts';

/** Default and maximum page size of a connection. */
export interface PageSize {
  defaultSize: number;
  maxSize: number;
}

type Variables = Readonly<Record<string, unknown>>;

/** Points of a selection set. `perItem` is the cost of a connection per row of its page. */
interface Cost {
  fixed: number;
  perItem: number;
}

/** Assumed length of a list without a declaration. A test lists the fields that should have one. */
const defaultItems = 10;

/** The fields of a connection that repeat for each row. */
const itemFields = new Set(['nodes', 'edges']);

/**
 * Maximum points of an operation, known before it runs. A field counts once for each object it is resolved on: fields
 * of a connection's rows times the page size, those of a list times its declared length. Fragments are measured once
 * for each type they are spread on, so the time is linear in the size of the document.
 */
export function costOf(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Variables,
  pageSize: PageSize,
): number {
  const root = schema.getRootType(operation.operation);
  if (root == null) return 0;
  const values = withDefaults(operation, variables);
  const { fixed } = new CostMeter(schema, fragmentsOf(document), values, pageSize).measure(
    operation.selectionSet,
    root,
  );
  return Math.ceil(fixed);
}

/** Variables as given, else their default if it is a literal number or boolean: nothing else affects the cost. */
function withDefaults({ variableDefinitions = [] }: OperationDefinitionNode, given: Variables): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const { variable, defaultValue } of variableDefinitions) {
    const name = variable.name.value;
    if (Object.hasOwn(given, name)) values.set(name, given[name]);
    else if (defaultValue !== undefined) values.set(name, literal(defaultValue));
  }
  return values;
}

function literal(node: ValueNode): unknown {
  if (node.kind === Kind.INT) return Number(node.value);
  return node.kind === Kind.BOOLEAN ? node.value : undefined;
}

class CostMeter {
  readonly #schema: GraphQLSchema;
  readonly #fragments: Map<string, FragmentDefinitionNode>;
  readonly #variables: Map<string, unknown>;
  readonly #pageSize: PageSize;
  readonly #measured = new Map<FragmentDefinitionNode, Cost>();
  readonly #introspection: ReadonlyMap<string, number>;

  constructor(
    schema: GraphQLSchema,
    fragments: Map<string, FragmentDefinitionNode>,
    variables: Map<string, unknown>,
    pageSize: PageSize,
  ) {
    this.#schema = schema;
    this.#fragments = fragments;
    this.#variables = variables;
    this.#pageSize = pageSize;
    this.#introspection = introspectionItems(schema);
  }

  measure({ selections }: SelectionSetNode, type: GraphQLCompositeType): Cost {
    const cost: Cost = { fixed: 0, perItem: 0 };
    for (const selection of selections) {
      if (this.#isSkipped(selection.directives)) continue;
      const part =
        selection.kind === Kind.FIELD
          ? this.#measureField(selection, type)
          : selection.kind === Kind.FRAGMENT_SPREAD
            ? this.#measureFragment(selection.name.value)
            : this.measure(selection.selectionSet, this.#compositeType(selection.typeCondition?.name.value) ?? type);
      cost.fixed += part.fixed;
      cost.perItem += part.perItem;
    }
    return cost;
  }

  /** A fragment names its own type, so its cost is the same wherever it is spread. */
  #measureFragment(name: string): Cost {
    const fragment = this.#fragments.get(name);
    if (fragment === undefined) return { fixed: 0, perItem: 0 };
    const known = this.#measured.get(fragment);
    if (known !== undefined) return known;
    const type = this.#compositeType(fragment.typeCondition.name.value);
    const cost = type === undefined ? { fixed: 0, perItem: 0 } : this.measure(fragment.selectionSet, type);
    this.#measured.set(fragment, cost);
    return cost;
  }

  #measureField(node: FieldNode, parent: GraphQLCompositeType): Cost {
    const field = this.#fieldOf(node, parent);
    if (field === undefined) return { fixed: 0, perItem: 0 };
    const { points = 1, items } = field.extensions.cost ?? {};
    const type = getNamedType(field.type);
    const below =
      node.selectionSet !== undefined && isCompositeType(type)
        ? this.measure(node.selectionSet, type)
        : { fixed: 0, perItem: 0 };
    const ofOne = below.fixed + below.perItem * this.#pageSizeOf(node);
    if (itemFields.has(field.name) && isConnection(parent)) return { fixed: 0, perItem: points + ofOne };
    return { fixed: points + ofOne * this.#lengthOf(field, parent, items), perItem: 0 };
  }

  #lengthOf(field: GraphQLField<unknown, unknown>, parent: GraphQLCompositeType, declared: number | undefined): number {
    const introspected = this.#introspection.get(`${parent.name}.${field.name}`);
    if (introspected !== undefined) return introspected;
    const type = isNonNullType(field.type) ? field.type.ofType : field.type;
    return isListType(type) ? (declared ?? defaultItems) : 1;
  }

  #pageSizeOf(node: FieldNode): number {
    const { defaultSize, maxSize } = this.#pageSize;
    const sizes = (node.arguments ?? [])
      .filter(({ name }) => name.value === 'first' || name.value === 'last')
      .map(({ value }) => this.#valueOf(value))
      .filter((size) => typeof size === 'number');
    // Resolvers refuse values out of range.
    return Math.min(Math.max(...(sizes.length === 0 ? [defaultSize] : sizes), 0), maxSize);
  }

  #isSkipped(directives: readonly DirectiveNode[] = []): boolean {
    return directives.some(({ name, arguments: args = [] }) => {
      const condition = args.find((arg) => arg.name.value === 'if')?.value;
      const value = condition && this.#valueOf(condition);
      return (name.value === 'skip' && value === true) || (name.value === 'include' && value === false);
    });
  }

  #valueOf(node: ValueNode): unknown {
    return node.kind === Kind.VARIABLE ? this.#variables.get(node.name.value) : literal(node);
  }

  #compositeType(name: string | undefined): GraphQLCompositeType | undefined {
    const type = name === undefined ? undefined : this.#schema.getType(name);
    return isCompositeType(type) ? type : undefined;
  }

  #fieldOf({ name: { value } }: FieldNode, parent: GraphQLCompositeType): GraphQLField<unknown, unknown> | undefined {
    if (value === TypeNameMetaFieldDef.name) return TypeNameMetaFieldDef;
    if (parent === this.#schema.getQueryType()) {
      if (value === SchemaMetaFieldDef.name) return SchemaMetaFieldDef;
      if (value === TypeMetaFieldDef.name) return TypeMetaFieldDef;
    }
    return isObjectType(parent) || isInterfaceType(parent) ? parent.getFields()[value] : undefined;
  }
}

function isConnection(type: GraphQLCompositeType): boolean {
  return isObjectType(type) && type.getFields().pageInfo !== undefined;
}
