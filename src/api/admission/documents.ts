import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { LRUCache } from 'lru-cache';
import type { OperationLimits } from '../../config/operation-limits.ts';
import { type InputUses, inputUsesOf } from './input-uses.ts';
import { InvalidDocumentError } from './invalid-document-error.ts';
import { checkShape } from './shape.ts';
import { checkTokens } from './tokens.ts';

/** A document that passed all checks that do not depend on variables. */
export interface CheckedDocument {
  document: DocumentNode;
  uses: InputUses;
}

/** Memory of a cached document: a syntax tree takes about 60 bytes per character of dense text. */
const bytesPerCharacter = 64;

/** Maximum validation errors returned to a client. */
const maxErrors = 20;

/**
 * Parses and checks documents. Valid ones are cached, within `documentCacheBytes`; an invalid one is checked again each
 * time, which costs as much as checking a valid one.
 */
export function createDocuments(schema: GraphQLSchema, limits: OperationLimits): (text: string) => CheckedDocument {
  const cache = new LRUCache<string, CheckedDocument>({
    maxSize: limits.documentCacheBytes,
    sizeCalculation: (_, text) => Math.max(1, text.length * bytesPerCharacter),
  });

  function check(text: string): CheckedDocument {
    const document = parsed(text, limits);
    checkShape(document, limits);
    const errors = validate(schema, document, undefined, { maxErrors });
    if (errors.length > 0) throw new InvalidDocumentError('GRAPHQL_VALIDATION_FAILED', errors);
    return { document, uses: inputUsesOf(schema, document) };
  }

  return (text) => {
    // A text over the limit must not even be hashed as a key.
    const known = text.length > limits.queryBytes ? undefined : cache.get(text);
    if (known !== undefined) return known;
    const checked = check(text);
    cache.set(text, checked);
    return checked;
  };
}

function parsed(text: string, limits: OperationLimits): DocumentNode {
  try {
    checkTokens(text, limits);
    return parse(text);
  } catch (error) {
    throw error instanceof GraphQLError ? new InvalidDocumentError('GRAPHQL_PARSE_FAILED', [error]) : error;
  }
}
