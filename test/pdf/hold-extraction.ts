import { newPool, requestFor } from './extracting.ts';

/**
 * Runs in a separate process that will be killed: starts an extraction, reports that, and takes only its first group.
 */
const pool = newPool();
for await (const event of pool.extract(requestFor('many-pages'), new AbortController().signal)) {
  if (event.type === 'group') {
    process.stdout.write(`${pool.processIds.join()}\n`);
    await new Promise(() => setInterval(() => {}, 60_000));
  }
}
