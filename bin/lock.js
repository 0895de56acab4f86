// A lock between processes, usable before anything is installed.

import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `task` while no other process holds this lock; waits for its holder. */
export async function withLock(path, log, task) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}`;
  // Written aside and linked into place, so that no process reads a lock without its holder.
  writeFileSync(draft, JSON.stringify({ pid: process.pid, started: startOf(process.pid) }));
  try {
    for (let waited = false; !linked(draft, path); waited = true) {
      const found = read(path);
      const holder = found === null ? null : parse(found);
      if (found !== null && !lives(holder)) breakLock(path, found);
      else if (!waited) log(`waiting for process ${holder?.pid ?? ''} that prepares this clone`);
      await sleep(100);
    }
    try {
      return await task();
    } finally {
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes the lock of a dead process, but no other that has replaced it meanwhile. */
function breakLock(path, found) {
  const aside = `${path}.broken.${process.pid}`;
  try {
    renameSync(path, aside);
    if (read(aside) !== found) linked(aside, path);
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

function linked(from, to) {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function lives(holder) {
  if (holder === null) return false;
  try {
    process.kill(holder.pid, 0);
  } catch (error) {
    if (error.code === 'ESRCH') return false;
  }
  return holder.started === startOf(holder.pid);
}

/** The start time of a process, which distinguishes it from another one with the same pid. Known only on Linux. */
function startOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
