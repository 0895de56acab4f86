/** The command line asks for something that cannot be: one line for each problem. Ends the process with exit code 2. */
export class UsageError extends Error {
  constructor(problems: string[]) {
    super(problems.join('\n'));
    this.name = 'UsageError';
  }
}
