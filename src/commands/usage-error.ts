/** The command line is invalid; the message has one line per problem. The process ends with exit code 2. */
export class UsageError extends Error {
  constructor(problems: string[]) {
    super(problems.join('\n'));
    this.name = 'UsageError';
  }
}
