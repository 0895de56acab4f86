import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Returns the path of an installed server program, or null. Servers are often outside a user's PATH. */
export function findProgram(name: string): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin', '/opt/homebrew/bin'];
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? null;
}
