import type { DocumentNode, FieldNode } from 'graphql';
import { type FragmentDefinitionNode, Kind, type SelectionNode, type SelectionSetNode, visit } from 'graphql';

/** Work of a validation that takes about 20 ms; queries of large applications take a tenth of it. */
const maxWork = 25_000;

/**
 * Whether validation would compare too many fields. The rule that fields of the same name must agree compares them in
 * pairs, with all that they select, and fragments in pairs, too. This estimates its steps from the number of fields,
 * and looks at no more than it allows.
 */
export function hasTooManyOverlaps(
  document: DocumentNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): boolean {
  const sizeOf = createSizes(fragments);
  let work = 0;

  function weigh(set: SelectionSetNode): void {
    const groups = new Map<string, { count: number; size: number }>();
    const spread = new Set<string>();
    const add = (field: FieldNode) => {
      const name = field.alias?.value ?? field.name.value;
      const group = groups.get(name) ?? { count: 0, size: 0 };
      groups.set(name, group);
      // The new one is compared with each before it, down to the smaller of what they select.
      const average = group.count === 0 ? 0 : group.size / group.count;
      const size = sizeOf(field.selectionSet);
      work += group.count * (1 + Math.min(average, size));
      group.count += 1;
      group.size += size;
    };
    const walk = (selection: SelectionNode): void => {
      if (work > maxWork) return;
      if (selection.kind === Kind.FIELD) add(selection);
      else if (selection.kind === Kind.INLINE_FRAGMENT) selection.selectionSet.selections.forEach(walk);
      else if (!spread.has(selection.name.value)) {
        work += spread.size;
        spread.add(selection.name.value);
        fragments.get(selection.name.value)?.selectionSet.selections.forEach(walk);
      }
    };
    set.selections.forEach(walk);
  }

  visit(document, {
    SelectionSet(set) {
      if (work <= maxWork) weigh(set);
    },
  });
  return work > maxWork;
}

/** Counts the fields that selection sets contain at all depths, with those of their fragments. */
function createSizes(fragments: ReadonlyMap<string, FragmentDefinitionNode>) {
  const sizes = new Map<SelectionSetNode, number>();

  function sizeOf(set: SelectionSetNode | undefined): number {
    if (set === undefined) return 0;
    const known = sizes.get(set);
    if (known !== undefined) return known;
    // A fragment within itself counts as empty: validation reports it.
    sizes.set(set, 0);
    const size = set.selections.reduce((sum, selection) => {
      if (selection.kind === Kind.FIELD) return sum + 1 + sizeOf(selection.selectionSet);
      if (selection.kind === Kind.INLINE_FRAGMENT) return sum + sizeOf(selection.selectionSet);
      return sum + sizeOf(fragments.get(selection.name.value)?.selectionSet);
    }, 0);
    sizes.set(set, size);
    return size;
  }

  return sizeOf;
}
