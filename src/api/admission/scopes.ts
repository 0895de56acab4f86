import {
  type DocumentNode,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  type OperationDefinitionNode,
  OperationTypeNode,
  separateOperations,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { Scope } from '../../tenants/scopes.ts';
import type {} from './declarations.ts';

/** The scope of root fields without a declared scope. */
const scopeOfRoot: Record<OperationTypeNode, Scope> = {
  [OperationTypeNode.QUERY]: 'READ',
  [OperationTypeNode.SUBSCRIPTION]: 'READ',
  [OperationTypeNode.MUTATION]: 'WRITE',
};

/**
 * Returns the scopes that an operation needs, from its text alone: the scopes of its root fields, and those declared by
 * nested fields, even in branches that `@skip` or a type condition leaves out. A mutation may read the scalar fields of
 * the changed object; deeper fields need READ.
 */
export function createScopesOf(schema: GraphQLSchema) {
  const payloads = payloadNames(schema);
  return (document: DocumentNode, operation: OperationDefinitionNode) =>
    scopesOf(schema, payloads, document, operation);
}

function scopesOf(
  schema: GraphQLSchema,
  payloads: ReadonlySet<string>,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): ReadonlySet<Scope> {
  const needed = new Set<Scope>();
  const types = new TypeInfo(schema);
  const isMutation = operation.operation === OperationTypeNode.MUTATION;
  const root = schema.getRootType(operation.operation);
  visit(
    separateOperations(document)[operation.name?.value ?? ''] ?? document,
    visitWithTypeInfo(types, {
      Field() {
        const parent = types.getParentType();
        const field = types.getFieldDef();
        if (parent == null || field == null || field.name.startsWith('__')) return;
        const declared = field.extensions.scope;
        if (declared !== undefined) {
          if (declared !== 'ANY') needed.add(declared);
        } else if (parent === root) {
          needed.add(scopeOfRoot[operation.operation]);
        } else if (isMutation && !payloads.has(parent.name) && isCompositeType(getNamedType(field.type))) {
          needed.add('READ');
        }
      },
    }),
  );
  return needed;
}

/** The names of the types that mutations return. */
function payloadNames(schema: GraphQLSchema): Set<string> {
  const fields = Object.values(schema.getMutationType()?.getFields() ?? {});
  return new Set(fields.map(({ type }) => getNamedType(type).name));
}
