import type { IdType } from '../../src/ids.ts';

/** An operation that passes an id as one argument. */
export interface Case {
  /** The types of objects that the id may name. */
  names: readonly (IdType | 'page')[];
  operation: string;
  /** The variables of the operation with the id in its place. */
  variables: (id: string) => Record<string, unknown>;
  /** Whether only operators may use it: then the operation fails for every id. */
  forOperators?: true;
}

export const byId = (id: string) => ({ id });
export const byFilter = (name: string) => (id: string) => ({ filter: { [name]: id } });
export const withInput = (make: (id: string) => object) => (id: string) => ({ input: make(id) });

export const mutation = (field: string, selection: string) =>
  `mutation ($id: ID!) { ${field}(id: $id) { ${selection} } }`;
