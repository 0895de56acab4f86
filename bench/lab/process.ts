import { readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc, the same on all Linux systems. */
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

/** The running children of a process. Linux only. */
export function childrenOf(pid: number): number[] {
  return readdirSync(`/proc/${pid}/task`).flatMap((task) =>
    readFileSync(`/proc/${pid}/task/${task}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

/** CPU seconds used by a process and all its descendants, including finished ones. Linux only. */
export function treeSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  const ended = (Number(fields[13]) + Number(fields[14])) / ticks;
  return childrenOf(pid).reduce((sum, child) => sum + treeSeconds(child), cpuSeconds(pid) + ended);
}
