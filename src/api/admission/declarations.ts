import type { Scope } from '../../tenants/scopes.ts';

/**
 * The cost of a field, declared in the schema as `extensions: { cost: { … } }`. One point is about the work of one
 * resolved field; a field without a declaration costs one.
 */
export interface FieldCost {
  /** Points of the field itself, for work that one resolved value does not show: a statement, a large text. */
  points?: number;
  /** Assumed length of a list that is not a connection. Connections count the page size that was asked for. */
  items?: number;
}

declare module 'graphql' {
  // biome-ignore lint/suspicious/noExplicitAny: a merged declaration must repeat the type parameters of the first
  interface GraphQLFieldExtensions<_TSource, _TContext, _TArgs = any> {
    cost?: FieldCost;
    /** The value depends on who asks or when: events that select it are executed for each subscriber. */
    perSubscriber?: true;
    /** The scope that the field needs; ANY if it needs none beyond the one of its root field. */
    scope?: Scope | 'ANY';
  }
  interface GraphQLArgumentExtensions {
    /** Maximum number of items of a list. */
    maxItems?: number;
  }
  interface GraphQLInputFieldExtensions {
    /** Maximum number of items of a list. */
    maxItems?: number;
    /** The text is a Base64 file, and may be as long as a request. */
    isFile?: true;
  }
}

/** Declares the maximum number of items of a list that is an argument or a field of an input. */
export function atMost(maxItems: number): { maxItems: number } {
  return { maxItems };
}

/** Declares what a field costs. */
export function cost(declared: FieldCost): { cost: FieldCost } {
  return { cost: declared };
}

/** Declares the scope that a field needs. */
export function scope(needed: Scope | 'ANY'): { scope: Scope | 'ANY' } {
  return { scope: needed };
}
