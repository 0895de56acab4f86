import { GraphQLRequestError } from './errors.ts';

/** Returns the payload of a mutation. It is null only together with an error, which was thrown before. */
export function payloadOf<Payload>(payload: Payload | null): Payload {
  if (payload === null) throw new GraphQLRequestError('UNKNOWN', 'The response has neither a payload nor an error.');
  return payload;
}
