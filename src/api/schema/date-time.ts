import { GraphQLError, GraphQLScalarType } from 'graphql';
import { DateTimeResolver } from 'graphql-scalars';

/** The years that RFC 3339 can express and PostgreSQL can store. */
const [firstYear, lastYear] = [1, 9999];

function withinYears(date: Date): Date {
  const year = date.getUTCFullYear();
  if (!(year >= firstYear && year <= lastYear)) {
    throw new GraphQLError('DateTime must be within the years 1 to 9999, in UTC.');
  }
  return date;
}

/** RFC 3339, like graphql-scalars, without instants that could be stored but not read back. */
export const DateTime = new GraphQLScalarType<Date, Date>({
  ...DateTimeResolver.toConfig(),
  parseValue: (value) => withinYears(DateTimeResolver.parseValue(value)),
  parseLiteral: (node, variables) => withinYears(DateTimeResolver.parseLiteral(node, variables)),
});
