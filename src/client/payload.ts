import { GraphQLRequestError } from './errors.ts';

/** Returns the payload of a mutation. It is null only where the answer has an error, which is thrown before. */
export function payloadOf<Payload>(payload: Payload | null): Payload {
  if (payload === null) throw new GraphQLRequestError('UNKNOWN', 'The answer has neither a payload nor an error.');
  return payload;
}
