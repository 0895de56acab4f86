import {
  type DocumentNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { OperationLimits } from '../../config/operation-limits.ts';
import { RequestError } from '../../errors.ts';
import { hasTooManyOverlaps } from './overlaps.ts';

/**
 * Refuses a document that asks for too much by its shape alone: aliases, depth, root fields, repeated fields. Runs before
 * validation, whose rules compare fields in pairs. Each fragment is measured once, so exponential fragments cost nothing here.
 */
export function checkShape(document: DocumentNode, limits: OperationLimits): void {
  const aliases = countAliases(document);
  if (aliases > limits.queryAliases) throw tooLarge(`The query has ${aliases} aliases`, limits.queryAliases);
  const measure = createMeasure(document);
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    const { depth, fields } = measure(definition.selectionSet);
    if (depth > limits.queryDepth) throw tooLarge(`The query selects ${depth} levels deep`, limits.queryDepth);
    if (fields > limits.queryRootFields) throw tooLarge(`The query has ${fields} root fields`, limits.queryRootFields);
  }
  if (hasTooManyOverlaps(document, fragmentsOf(document))) {
    const message = 'The query selects the same fields too often. Select each once, or use fewer fragments.';
    throw new RequestError('QUERY_TOO_LARGE', { message });
  }
}

function countAliases(document: DocumentNode): number {
  let count = 0;
  visit(document, {
    Field({ alias }) {
      if (alias !== undefined) count += 1;
    },
  });
  return count;
}

interface Shape {
  /** Levels of fields, counted from this selection set. */
  depth: number;
  /** Fields of this selection set, including those of its fragments. */
  fields: number;
}

/** Measures selection sets. A fragment within itself counts as empty: validation reports it. */
function createMeasure(document: DocumentNode): (set: SelectionSetNode) => Shape {
  const fragments = fragmentsOf(document);
  const measured = new Map<string, Shape>();

  function measure({ selections }: SelectionSetNode): Shape {
    let depth = 0;
    let fields = 0;
    for (const selection of selections) {
      if (selection.kind === Kind.FIELD) {
        fields += 1;
        depth = Math.max(depth, 1 + (selection.selectionSet === undefined ? 0 : measure(selection.selectionSet).depth));
        continue;
      }
      const shape =
        selection.kind === Kind.INLINE_FRAGMENT
          ? measure(selection.selectionSet)
          : measureFragment(selection.name.value);
      fields += shape.fields;
      depth = Math.max(depth, shape.depth);
    }
    return { depth, fields };
  }

  function measureFragment(name: string): Shape {
    const known = measured.get(name);
    if (known !== undefined) return known;
    measured.set(name, { depth: 0, fields: 0 });
    const fragment = fragments.get(name);
    const shape = fragment === undefined ? { depth: 0, fields: 0 } : measure(fragment.selectionSet);
    measured.set(name, shape);
    return shape;
  }

  return measure;
}

/** The fragments of a document by name. */
export function fragmentsOf({ definitions }: DocumentNode): Map<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((definition) =>
      definition.kind === Kind.FRAGMENT_DEFINITION ? [[definition.name.value, definition] as const] : [],
    ),
  );
}

/** Returns the name of the first field of a valid document's selection set. */
export function firstFieldOf(document: DocumentNode, { selections: [first] }: SelectionSetNode): string {
  if (first === undefined) return '';
  if (first.kind === Kind.FIELD) return first.name.value;
  if (first.kind === Kind.INLINE_FRAGMENT) return firstFieldOf(document, first.selectionSet);
  const fragment = fragmentsOf(document).get(first.name.value);
  return fragment === undefined ? '' : firstFieldOf(document, fragment.selectionSet);
}

/** The requested operation, or the only one; null if that is ambiguous. */
export function operationOf(
  { definitions }: DocumentNode,
  operationName: string | null | undefined,
): OperationDefinitionNode | null {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const named = operationName ? operations.filter(({ name }) => name?.value === operationName) : operations;
  return named.length === 1 ? (named[0] ?? null) : null;
}

function tooLarge(what: string, limit: number): RequestError {
  return new RequestError('QUERY_TOO_LARGE', { message: `${what}; the limit is ${limit}.` });
}
