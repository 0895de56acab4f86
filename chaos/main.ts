import { parseArgs } from 'node:util';
import { type ChaosReport, runChaos } from './chaos.ts';
import { groupBy } from './evidence.ts';

const usage = 'usage: npm run chaos -- [--seed N] [--minutes M]';
/** Maximum breaches printed for each promise, and maximum errors of the logs. */
const maxEvidence = 3;
const maxErrors = 20;

/** `npm run chaos`: exit code 0 if all promises held, 1 if one was broken, 2 for wrong usage, 130 if interrupted. */
async function main(): Promise<number> {
  const options = readOptions();
  if (options === null) {
    console.error(usage);
    return 2;
  }
  const interrupted = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => interrupted.abort());
  const begin = performance.now();
  const log = (line: string) => console.log(`${((performance.now() - begin) / 1000).toFixed(1).padStart(6)}  ${line}`);
  try {
    const report = await runChaos({
      seed: options.seed,
      seconds: options.minutes * 60,
      log,
      signal: interrupted.signal,
    });
    log('everything is stopped and removed');
    print(options.seed, report);
    return report.breaches.length === 0 ? 0 : 1;
  } catch (error) {
    if (interrupted.signal.aborted) {
      console.log('interrupted; everything is stopped and removed');
      return 130;
    }
    console.error(`seed ${options.seed}: the run could not be finished`);
    console.error(error);
    return 1;
  }
}

function readOptions(): { seed: number; minutes: number } | null {
  try {
    const { values } = parseArgs({ options: { seed: { type: 'string' }, minutes: { type: 'string', default: '2' } } });
    const seed = Number(values.seed ?? Date.now() % 1_000_000);
    const minutes = Number(values.minutes);
    return Number.isSafeInteger(seed) && seed >= 0 && minutes > 0 && minutes <= 24 * 60 ? { seed, minutes } : null;
  } catch {
    return null;
  }
}

function print(seed: number, { breaches, counts, logs }: ChaosReport): void {
  console.log('');
  for (const [what, count] of counts) console.log(`${String(count).padStart(8)}  ${what}`);
  console.log('');
  for (const [promise, broken] of groupBy(breaches, (breach) => breach.promise)) {
    console.log(`BREACH  ${promise}: ${broken.length} times`);
    for (const { detail, evidence } of broken.slice(0, maxEvidence)) {
      console.log(`        ${detail}`);
      for (const line of evidence) console.log(`          ${line}`);
    }
  }
  if (logs !== null) {
    console.log(`logs of the processes: ${logs.place}; errors in them:`);
    for (const [error, count] of logs.errors.slice(0, maxErrors)) console.log(`${String(count).padStart(8)}  ${error}`);
  }
  const verdict = breaches.length === 0 ? 'every promise held' : `${breaches.length} breaches`;
  console.log(`seed ${seed}: ${verdict}`);
}

process.exit(await main());
