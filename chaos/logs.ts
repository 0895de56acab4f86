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

/** What the processes logged as errors, each with how often: where a breach is being explained. */
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

/** Null: it is no error. What is no JSON was not written by the logger, so it is one. */
function errorOf(line: string): string | null {
  if (!line.startsWith('{')) return line.trim() === '' || /^\s+at |^\s*[{}^]/.test(line) ? null : line.slice(0, 200);
  try {
    const { level, msg, err } = lineShape.parse(JSON.parse(line));
    return level < errorLevel ? null : `${msg}: ${err?.type} ${err?.message?.replace(/\s+/g, ' ').slice(0, 300)}`;
  } catch {
    return `not readable: ${line.slice(0, 200)}`;
  }
}

/** Copies the logs to where they stay; answers that place. */
export function keepLogs(dataDir: string): string {
  const place = mkdtempSync(join(tmpdir(), 'pagehive-chaos-logs-'));
  cpSync(join(dataDir, 'logs'), place, { recursive: true });
  return place;
}
