import { cpSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';

const errorLevel = 50;
const lineShape = z.object({
  level: z.number(),
  msg: z.string().optional(),
  err: z.object({ type: z.string().optional(), message: z.string().optional() }).optional(),
});

/** The errors that the processes logged, with their numbers, to explain breaches. */
export function errorsInLogs(dataDir: string): [string, number][] {
  const counts = new Map<string, number>();
  const folder = join(dataDir, 'logs');
  for (const file of readdirSync(folder).filter((name) => /^(serve|work|maintain)/.test(name))) {
    for (const line of readFileSync(join(folder, file), 'utf8').split('\n')) {
      const error = errorOf(line);
      if (error !== null) counts.set(`${file} ${error}`, (counts.get(`${file} ${error}`) ?? 0) + 1);
    }
  }
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Returns the error in a line, or null. A line that is not JSON did not come from the logger, so it is an error. */
function errorOf(line: string): string | null {
  if (!line.startsWith('{')) return line.trim() === '' || /^\s+at |^\s*[{}^]/.test(line) ? null : line.slice(0, 200);
  try {
    const { level, msg, err } = lineShape.parse(JSON.parse(line));
    return level < errorLevel ? null : `${msg}: ${err?.type} ${err?.message?.replace(/\s+/g, ' ').slice(0, 300)}`;
  } catch {
    return `not readable: ${line.slice(0, 200)}`;
  }
}

/** Copies the logs to a folder that is kept, and returns its path. */
export function keepLogs(dataDir: string): string {
  const place = mkdtempSync(join(tmpdir(), 'pagehive-chaos-logs-'));
  cpSync(join(dataDir, 'logs'), place, { recursive: true });
  return place;
}
