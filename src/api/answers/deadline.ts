import type { ExecutionResult } from 'graphql';

/**
 * Returns the result of an execution, or `late` once its deadline has passed. Execution cannot be interrupted, but it
 * ends soon afterwards, because its statements are cancelled and further ones refused. If its client has left, this
 * waits for that end, because the operation is not over before.
 */
export async function withinDeadline(
  execution: ExecutionResult | Promise<ExecutionResult>,
  { deadline, late }: { deadline: AbortSignal; late: ExecutionResult },
): Promise<ExecutionResult> {
  if (!('then' in execution)) return execution;
  const stop = new AbortController();
  const isLate = new Promise<ExecutionResult>((resolve) => {
    deadline.addEventListener('abort', () => resolve(late), { once: true, signal: stop.signal });
    if (deadline.aborted) resolve(late);
  });
  return await Promise.race([execution, isLate]).finally(() => stop.abort());
}
