import { newPool, requestFor } from './extracting.ts';

/** Run as a process of its own, to be killed: begins an extraction, says so, and never takes more than its first group. */
const pool = newPool();
for await (const event of pool.extract(requestFor('many-pages'), new AbortController().signal)) {
  if (event.type === 'group') {
    process.stdout.write(`${pool.processIds.join()}\n`);
    await new Promise(() => setInterval(() => {}, 60_000));
  }
}
