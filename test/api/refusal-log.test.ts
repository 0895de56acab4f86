import { GraphQLError } from 'graphql';
import { pino } from 'pino';
import { expect, it } from 'vitest';
import { maskErrors } from '../../src/api/errors.ts';
import { DatabaseBusyError } from '../../src/connections/postgres/database-errors.ts';

it('has one line for many requests that are refused for the same reason, and one for each other failure', () => {
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const failure = (originalError: Error) => [new GraphQLError('failed', { originalError })];
  for (let n = 0; n < 100; n += 1) {
    const [masked] = maskErrors(failure(new DatabaseBusyError()), logger);
    expect(masked?.extensions.code).toBe('OVERLOADED');
  }
  expect(lines).toHaveLength(1);
  maskErrors(failure(new TypeError('unexpected')), logger);
  maskErrors(failure(new TypeError('unexpected, too')), logger);
  expect(lines.map((line) => JSON.parse(line).msg)).toEqual([
    'a request failed: The server is overloaded right now.',
    'a request failed unexpectedly',
    'a request failed unexpectedly',
  ]);
});
