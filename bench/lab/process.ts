import { readFileSync } from 'node:fs';

/** Clock ticks a second of /proc, as Linux has them everywhere. */
const ticks = 100;
const pageBytes = 4096;

/** CPU seconds that a process has used. Linux only. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) / ticks;
}

/** Resident bytes of a process. Linux only. */
export function residentBytes(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * pageBytes;
}
