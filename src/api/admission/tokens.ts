import { Lexer, Source, TokenKind } from 'graphql';
import type { OperationLimits } from '../../config/operation-limits.ts';
import { RequestError } from '../../errors.ts';

/** Deepest nesting of brackets in a query text. Far above the deepest selection and the deepest JSON literal. */
const maxNesting = 200;

const opening = new Set<string>([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const closing = new Set<string>([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/**
 * Refuses a query text that is too long, has too many tokens, or is nested so deeply that parsing would overflow the
 * stack. Reads the tokens one by one and stops at the first limit, so that a refusal costs no more than an accepted
 * text.
 */
export function checkTokens(text: string, { queryBytes, queryTokens }: OperationLimits): void {
  // A UTF-16 code unit is at least one byte of UTF-8: a text of megabytes need not be measured.
  if (text.length > queryBytes || Buffer.byteLength(text) > queryBytes) {
    throw queryTextTooLarge(queryBytes);
  }
  const lexer = new Lexer(new Source(text));
  let nesting = 0;
  for (let count = 0; lexer.advance().kind !== TokenKind.EOF; count += 1) {
    if (count >= queryTokens) throw tooLarge(`The query has more than ${queryTokens} tokens.`);
    if (opening.has(lexer.token.kind)) nesting += 1;
    else if (closing.has(lexer.token.kind)) nesting -= 1;
    if (nesting > maxNesting) throw tooLarge(`The query nests brackets more than ${maxNesting} levels deep.`);
  }
}

/** The refusal of a query text over the limit. */
export function queryTextTooLarge(queryBytes: number): RequestError {
  return tooLarge(`The query text exceeds ${queryBytes} bytes.`);
}

function tooLarge(message: string): RequestError {
  return new RequestError('QUERY_TOO_LARGE', { message });
}
