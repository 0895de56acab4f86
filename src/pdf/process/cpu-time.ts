import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Linux reports CPU times in hundredths of a second, independent of the kernel's clock. */
const millisecondsPerTick = 10;

/** Returns the CPU time that all threads of a process have used, in milliseconds; null if it cannot be read. */
export async function cpuTime(pid: number): Promise<number | null> {
  try {
    return process.platform === 'linux' ? await cpuTimeByProc(pid) : await cpuTimeByPs(pid);
  } catch {
    return null;
  }
}

async function cpuTimeByProc(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // The name is in parentheses and may contain anything, so fields are counted from its end.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * millisecondsPerTick;
}

/** ps prints "12:34.56", or "1-02:03:04" for long times. */
async function cpuTimeByPs(pid: number): Promise<number | null> {
  const { stdout } = await run('ps', ['-o', 'cputime=', '-p', String(pid)]);
  const [seconds = 0, minutes = 0, hours = 0, days = 0] = stdout.trim().split(/[-:]/).map(Number).reverse();
  const milliseconds = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  return Number.isNaN(milliseconds) ? null : milliseconds;
}
