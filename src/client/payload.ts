import { GraphQLRequestError } from './errors.ts';

/** Returns the payload of a mutation. It is null only beside an error, which has been thrown before. */
export function payloadOf<Payload>(payload: Payload | null): Payload {
  if (payload === null) throw new GraphQLRequestError('UNKNOWN', 'The response has neither a payload nor an error.');
  return payload;
}
